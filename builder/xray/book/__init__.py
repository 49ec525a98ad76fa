"""Turns a kernel's tree, and the record of one call, into a book: a folder of static pages.

It may import config, model, tools, tree, tree.picture, xray, xray.live and xray.page.

    contents.py     the chapters in reading order
    line_rows.py    which rows of the record came from which line
    book_tables.py  the tables that the kernel is made from
    binding.py      the pages: one for each chapter, and all chapters as one
    lesson_site.py  the books of several steps, and the page that leads to them
    print_pdf.py    that one page as a PDF, by Chromium
"""
