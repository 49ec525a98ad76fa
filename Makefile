# Each target is one verb of the tinygate command line, after the set-up (see
# builder/tools/bootstrap.py); mutants and calls are modules of the tests.
#
#   make image STEP=int80                     another step, into build/int80/
#   make run CONFIG=lab3.toml                 another configuration, into build/lab3/
#   make run SET="cpu.count=2 tss.io_bitmap=false"
#   make run EMULATOR=bochs                   another emulator: qemu, bochs, v86, dosbox-x
#   make test ARGS="-k config"                further arguments of the verb
#   make test QUICK=1                         a sample of each kind of test, in a minute or two

PYTHON ?= python3
STEP ?=
EMULATOR ?=
CONFIG ?=
SET ?=
ARGS ?=
QUICK ?=
COUNT ?= 200
CALLS ?= 10000000
SEED ?= 1

# What is misspelt, such as step=int80, would be left out without a word, and another kernel made.
KNOWN := PYTHON STEP EMULATOR CONFIG SET ARGS QUICK COUNT CALLS SEED TOOLS YES
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
UNKNOWN := $(filter-out $(KNOWN) CC CI TINYGATE_% MAKEFLAGS,$(GIVEN))
$(if $(UNKNOWN),$(error $(UNKNOWN): there is no such variable; known are $(KNOWN); what is for the \
    environment stands before make))

VENV := .venv
# The set-ups (builder/tools/venv_setup.py): for make run, for make test, for all verbs.
READY := $(VENV)/.tinygate-ready
# The verbs start makes of their own, which are no part of this one: its options are not for them.
PYTHON_HERE := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL $(VENV)/bin/python
TINYGATE := $(PYTHON_HERE) -m builder
QUOTED = '$(subst ','\'',$(1))'
CHOICE = $(if $(CONFIG),--config $(call QUOTED,$(CONFIG))) $(if $(STEP),--step $(call QUOTED,$(STEP))) \
         $(foreach pair,$(SET),--set $(call QUOTED,$(pair)))

.DEFAULT_GOAL := help
.PHONY: help run test image debug page doctor show bench mutants calls releases rules clean distclean setup FORCE

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@sed -n 's/^#   /  /p' Makefile

run: $(READY)-run ## render, build, boot, show the serial line, judge it (STEP=linux: a shell)
	@$(TINYGATE) run $(CHOICE) $(if $(EMULATOR),--emulator $(call QUOTED,$(EMULATOR))) $(ARGS)

test: $(READY)-test ## the whole test suite
	@$(TINYGATE) test $(if $(QUICK),--quick) -n auto $(ARGS)

image: $(READY)-run ## kernel.elf, disk.img and the kernel tree, into build/default/
	@$(TINYGATE) image $(CHOICE) $(ARGS)

debug: $(READY)-run ## QEMU stopped, gdb attached with breakpoints on the way in and out
	@$(TINYGATE) debug $(CHOICE) $(ARGS)

page: $(READY)-run ## the lesson for a browser, into build/page/: each kernel as a book, and one call to be played
	@$(TINYGATE) page --out build/page $(CHOICE) $(ARGS)

# Works without the set-up, because it is there to say what the set-up lacks.
doctor: ## the tools: found where, which version, how to install what is missing
	@$(PYTHON) -m builder.tools.doctor $(ARGS)

show: $(READY)-run ## the tables that the kernel is made from
	@$(TINYGATE) show $(CHOICE) $(ARGS)

bench: $(READY)-run ## sizes, instruction counts and times beside yardsticks (STEP=linux: Debian)
	@$(TINYGATE) bench $(CHOICE) $(ARGS)

mutants: $(READY)-test ## how many random changes of one line the checks notice (COUNT=200 SEED=1 STEP=)
	@$(PYTHON_HERE) -m qemu_tests.mutants $(if $(STEP),--step $(call QUOTED,$(STEP))) --count $(call QUOTED,$(COUNT)) --seed $(call QUOTED,$(SEED)) $(ARGS)

calls: $(READY)-test ## SYSENTER at random with random registers, for a night (CALLS=10000000 SEED=1 STEP=)
	@$(PYTHON_HERE) -m qemu_tests.random_calls $(if $(STEP),--step $(call QUOTED,$(STEP))) --calls $(call QUOTED,$(CALLS)) --seed $(call QUOTED,$(SEED)) $(ARGS)

releases: $(READY)-all ## both commands in fresh systems of other Debian releases (root, an hour each)
	@$(TINYGATE) releases $(ARGS)

rules: $(READY)-run ## what the manual says of the ways between rings, on every emulator there is
	@$(TINYGATE) rules $(ARGS)

setup: $(READY)-$(or $(TOOLS),run) ## only the set-up, with what make run needs (TOOLS=test or all: more)

clean: ## remove build/
	rm -rf build

distclean: clean ## remove .venv/ too
	rm -rf $(VENV)

# A .venv whose Python is gone (the system was upgraded) has a stamp but is of no use.
$(READY)-%: pyproject.toml builder/tools/tool.py builder/tools/packages.py $(shell test -x $(VENV)/bin/python || echo FORCE)
	@$(PYTHON) -m builder.tools.bootstrap --for $* $(if $(YES),--yes)

FORCE:
