"""Turns a row of the course into a student's folder, and what the student made of it into points.

It may import boot, boot.emulator, config, image, model, tools, tree and xray.

    course/*.toml     the labs, one a file: what is missing or wrong, its parts, its hints
    lab.py            what such a file may say
    lab_course.py     all of them, in order
    handout.py        the files of a student's folder
    lab_folder.py     a student's folder: what is taken of it, and what is noted in it
    grader.py         builds and boots what was handed in: points, part by part
    questions.py      what was answered, compared with what the kernel does
    predicted.py      what the record of a call answers
    hints.py          the next hint, about this mistake
    differences.py    where a hand-in is not as the solution: for the last hint
    saves.py          what was saved in a folder, as it happens, and which lab is next
    classroom/        for who teaches: courses, and grading what a class hands in
"""
