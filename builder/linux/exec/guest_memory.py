"""A program's memory as the host sees it: by the guest's page tables, in the machine's memory."""

from builder.model.memory import PAGE_SIZE

_USERS = 0b101  # present, and the program's own: a pointer at the kernel's memory fails
_ADDRESS = ~(PAGE_SIZE - 1) & 0xFFFFFFFF


class GuestMemory:
    """One address space, as it is while the guest waits."""

    def __init__(self, memory: memoryview, directory: int) -> None:
        """`directory`: physical address of the page directory."""
        self._memory = memory
        self._directory = directory

    def _word(self, address: int) -> int:
        return int.from_bytes(self._memory[address : address + 4], "little")

    def _frame(self, address: int) -> int | None:
        """Physical address of the page that `address` is in; None if there is none yet."""
        table = self._word(self._directory + (address >> 22) * 4)
        if table & _USERS != _USERS:
            return None
        entry = self._word((table & _ADDRESS) + (address >> 12 & 0x3FF) * 4)
        frame = entry & _ADDRESS
        return frame if entry & _USERS == _USERS and frame < len(self._memory) else None

    def read(self, address: int, size: int) -> bytes | None:
        """So many bytes; None if not all of them are there."""
        data = b""
        while size > 0:
            frame = self._frame(address) if address < 1 << 32 else None
            if frame is None:
                return None
            offset = address % PAGE_SIZE
            part = min(size, PAGE_SIZE - offset)
            data += bytes(self._memory[frame + offset : frame + offset + part])
            address += part
            size -= part
        return data

    def string(self, address: int, most: int) -> tuple[bytes, bool] | None:
        """The bytes up to a NUL, and if there is one within `most`; None if they are not there."""
        data = b""
        while len(data) <= most:
            part = self.read(address + len(data), PAGE_SIZE - (address + len(data)) % PAGE_SIZE)
            if part is None:
                return None
            text, end, _ = part.partition(b"\0")
            data += text
            if end and len(data) <= most:
                return data, True
            if end:
                break
        return data[:most], False

    def words(self, address: int, most: int) -> list[int] | None:
        """An array that ends at a 0, without it, or its first words; None if it is not there."""
        found: list[int] = []
        while len(found) < most:
            data = self.read(address + 4 * len(found), 4)
            if data is None:
                return None
            if not any(data):
                break
            found.append(int.from_bytes(data, "little"))
        return found
