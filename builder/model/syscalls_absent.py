"""System calls of Linux that step `linux` lacks deliberately: they are -ENOSYS."""

ABSENT = (
    "mount", "umount2", "ptrace", "inotify_init1", "fanotify_init", "timer_create", "mq_open",
    "ipc", "shmget", "semget", "msgget", "init_module", "swapon", "bind", "connect", "listen",
    "accept4", "sendmsg", "recvmsg", "recvmmsg_time64", "clone3", "rseq", "openat2",
    "io_uring_setup", "bpf", "userfaultfd",
)  # fmt: skip
