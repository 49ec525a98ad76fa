"""Turns what a class has handed in into points, pages and tables; and a plan into what it gets.

It lies in labs because it is about the same labs, graded by the same grader. It is a package of its
own because no student needs any of it, and nothing of the student's side may depend on it.

It may import boot, boot.emulator, image, labs, model, tools and tree.

    course_plan.py    course.toml: which labs, what they are worth, by when
    pack.py           names and contents out of what a stranger has packed
    submission.py     what one student handed in: the lab's files, and nothing else
    seal.py           by what a result is known for one that our own code has printed
    said.py           the same for a line that one of our programs has printed
    workbench.py      our part of a lab's kernel, and what was handed in, added to it
    work.py           one hand-in as work: what a worker is given, and gives back
    hand.py           a process that does work
    crew.py           work for many hands
    results.py        outcomes on the disk
    course_files.py   what a planned course consists of
    gradebook.py      points, mistakes, who handed in the same
    class_report.py   pages and tables
"""
