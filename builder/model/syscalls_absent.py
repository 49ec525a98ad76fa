"""System calls of Linux that step `linux` lacks deliberately: they are -ENOSYS."""

ABSENT = (
    "mount", "umount2", "ptrace", "inotify_init1", "fanotify_init", "timer_create", "mq_open",
    "ipc", "shmget", "semget", "msgget", "init_module", "swapon", "bind", "connect", "listen",
    "accept4", "sendmsg", "recvmsg", "recvmmsg_time64", "getsockopt", "setsockopt", "clone3",
    "rseq", "openat2", "io_uring_setup", "bpf", "userfaultfd", "splice", "tee", "vmsplice",
    "setxattr", "getxattr", "listxattr", "capget", "capset", "process_vm_readv", "pidfd_open",
    "rt_tgsigqueueinfo", "sched_getattr", "ioprio_get", "unshare", "setns", "seccomp",
    "sethostname", "epoll_pwait2", "preadv2", "pwritev2", "execveat", "futex_waitv",
    "statfs", "getgroups", "nice", "pkey_alloc", "perf_event_open", "add_key",
)  # fmt: skip
