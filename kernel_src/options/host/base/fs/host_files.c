/* fs/host_files.c: which files the standard streams of process 1 are. */

#include "fs/host_files.h"

#include "dev/host.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/tty_state.h"
#include "proc/process.h"
#include "proc/signals.h"

static uint32_t kinds[3];

void host_files_given(const struct host_start *start)
{
    for (uint32_t fd = 0; fd < 3; fd++) {
        kinds[fd] = start->kinds[fd];
    }
    tty.termios.iflag |= start->input_flags;
    host_area.rows = start->rows;
    host_area.columns = start->columns;
    host_files_resized();
}

void host_files_resized(void)
{
    const struct signal_info info = {.signal = SIGWINCH, .code = SI_KERNEL};
    uint16_t rows = (uint16_t)host_area.rows, columns = (uint16_t)host_area.columns;

    if (rows == 0 || (rows == tty.winsize.rows && columns == tty.winsize.columns)) {
        return;
    }
    tty.winsize.rows = rows;
    tty.winsize.columns = columns;
    if (tty.pgid != 0) {
        signal_send_group(tty.pgid, &info);
    }
}

/* Its group is the one in front of its terminal, as a shell would have it. */
static void take_terminal(const struct process *process)
{
    tty.sid = process->group->sid;
    tty.pgid = process->group->pgid;
}

static long open_device(const char *path, struct file **file)
{
    struct inode *inode;
    long error = path_find(root, path, 1, &inode);

    if (error == 0) {
        error = file_open(inode, O_RDWR | O_NOCTTY, file);
        inode_put(inode);
    }
    return error;
}

static long open_stream(uint32_t fd, struct file **file)
{
    *file = fd == 0 ? file_create(&host_input_ops, O_RDONLY, &host_area.streams[fd])
                    : file_create(&host_output_ops, O_WRONLY, &host_area.streams[fd]);
    return *file ? 0 : -ENOMEM;
}

static long open_kind(const struct process *process, uint32_t fd, struct file **file)
{
    switch (kinds[fd]) {
    case HOST_KIND_TERMINAL:
        take_terminal(process);
        return open_device("dev/ttyS0", file);
    case HOST_KIND_NULL:
        return open_device("dev/null", file);
    case HOST_KIND_CLOSED:
        *file = NULL;
        return 0;
    case HOST_KIND_SAME:
        *file = file_get(slot_of_fd(process->files, 1)->file);
        return 0;
    default:
        return open_stream(fd, file);
    }
}

int host_files_first(struct process *process)
{
    struct file *file;
    long error = 0;

    for (uint32_t fd = 0; error == 0 && fd < 3; fd++) {
        error = open_kind(process, fd, &file);
        if (error == 0) {
            file_put(slot_of_fd(process->files, fd)->file);
            slot_of_fd(process->files, fd)->file = file;
        }
    }
    return (int)error;
}
