/* Delays fsync and fdatasync by SLOW_DISK_MS milliseconds, as a slow disk would. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static long delay_ms(void)
{
    const char *text = getenv("SLOW_DISK_MS");
    return text ? strtol(text, NULL, 10) : 0;
}

static int sync_slowly(const char *name, int file)
{
    int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    long ms = delay_ms();
    struct timespec delay = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&delay, NULL);
    return sync(file);
}

int fsync(int file)
{
    return sync_slowly("fsync", file);
}

int fdatasync(int file)
{
    return sync_slowly("fdatasync", file);
}
