/* proc/strings.c: the arguments and the environment, from the old address space to the new stack.
 *
 * From the top of the stack down: a word of 0, the program's file name, the environment, the
 * arguments; the strings in each in the order of their addresses.
 */

#include "lib/lib.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/start_stack.h"

#define CHUNK_BYTES 64 /* divides a page: a chunk that begins at a multiple is in one page */
#define STRINGS_BYTES_MAX (USER_STACK_LIMIT_BYTES / 4) /* of all, with their addresses */
#define STRING_BYTES_MAX (32 * PAGE_SIZE)              /* of one */

typedef int copy_function(void *to, const void *from, size_t size);

/* Length with the 0 at its end, or -errno. */
static long string_size(copy_function *copy, const char *string)
{
    char chunk[CHUNK_BYTES + 1];
    uint32_t size = 0;

    while (size < STRING_BYTES_MAX) {
        uint32_t part = CHUNK_BYTES - (uint32_t)(string + size) % CHUNK_BYTES, length = 0;
        if (copy(chunk, string + size, part) != 0) {
            return -EFAULT;
        }
        chunk[part] = '\0'; /* so that the search ends, if not before then behind the chunk */
        while (chunk[length++] != '\0') {
        }
        size += lower(length, part);
        if (length <= part) {
            return size > STRING_BYTES_MAX ? -E2BIG : (long)size;
        }
    }
    return -E2BIG;
}

static int push_string(struct start_stack *stack, copy_function *copy, const char *string)
{
    char chunk[CHUNK_BYTES];
    long size = string_size(copy, string);

    if (size < 0) {
        return (int)size;
    }
    if (USER_TOP - stack->address + (uint32_t)size > STRINGS_BYTES_MAX) {
        return -E2BIG;
    }
    stack->address -= (uint32_t)size;
    for (uint32_t done = 0; done < (uint32_t)size; done += CHUNK_BYTES) {
        uint32_t left = (uint32_t)size - done;
        uint32_t part = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        if (copy(chunk, string + done, part) != 0) {
            return -EFAULT;
        }
        int error = space_write(stack->space, stack->address + done, chunk, part);
        if (error) {
            return error;
        }
    }
    return 0;
}

/* The i-th pointer of an array; NULL at its end, and everywhere in an array that is not there. */
static int pointer_get(copy_function *copy, const char *const *array, uint32_t i,
                       const char **pointer)
{
    *pointer = NULL;
    return array ? copy(pointer, &array[i], sizeof *pointer) : 0;
}

/* The strings of an array from `first` on. Returns how many, or -errno. */
static long push_all(struct start_stack *stack, copy_function *copy, const char *const *array,
                     uint32_t first)
{
    const char *string;
    uint32_t count = 0;
    int error;

    while ((error = pointer_get(copy, array, count, &string)) == 0 && string) {
        if (++count > STRINGS_BYTES_MAX / sizeof string) {
            return -E2BIG;
        }
    }
    first = first < count ? first : count;
    for (uint32_t i = count; error == 0 && i-- > first;) {
        error = pointer_get(copy, array, i, &string);
        error = error ? error : push_string(stack, copy, string);
    }
    return error ? error : (long)(count - first);
}

int copy_from_kernel(void *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    return 0;
}

/* All sizes, as if to copy: many addresses may be those of one long string. */
static long check_all(copy_function *copy, const char *const *array, uint32_t *total)
{
    const char *string;
    int error;

    for (uint32_t i = 0; (error = pointer_get(copy, array, i, &string)) == 0 && string; i++) {
        long size = string_size(copy, string);
        if (size < 0) {
            return size;
        }
        *total += (uint32_t)size + sizeof string;
        if (*total > STRINGS_BYTES_MAX) {
            return -E2BIG;
        }
    }
    return error;
}

long exec_strings_check(const struct exec_strings *strings)
{
    uint32_t total = 0;
    long error = check_all(strings->copy, strings->arguments, &total);

    return error ? error : check_all(strings->copy, strings->environment, &total);
}

int start_stack_strings(struct start_stack *stack, const char *name,
                        const struct exec_strings *strings)
{
    const struct area area = {
        .start = USER_TOP - PAGE_SIZE,
        .end = USER_TOP,
        .flags = PROT_READ | PROT_WRITE | PROT_EXEC | AREA_GROWS_DOWN,
    };
    int error = area_add(stack->space, &area);

    stack->address = USER_TOP - sizeof(uint32_t);
    error = error ? error : push_string(stack, copy_from_kernel, name);
    if (error) {
        return error;
    }
    stack->execfn_addr = stack->address;
    long count = push_all(stack, strings->copy, strings->environment, 0);
    if (count < 0) {
        return (int)count;
    }
    stack->environment_addr = stack->address;
    stack->environment_count = (uint32_t)count;
    count = push_all(stack, strings->copy, strings->arguments, strings->prefix ? 1 : 0);
    long prefix_count = push_all(stack, copy_from_kernel, strings->prefix, 0);
    if (count < 0 || prefix_count < 0) {
        return (int)(count < 0 ? count : prefix_count);
    }
    stack->argument_addr = stack->address;
    stack->argument_count = (uint32_t)(count + prefix_count);
    return 0;
}
