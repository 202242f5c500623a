/* Prints how this machine lays out struct epoll_event. */
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>

int main(void)
{
    printf("%zu %zu %zu\n", sizeof(struct epoll_event), offsetof(struct epoll_event, events),
           offsetof(struct epoll_event, data));
    return 0;
}
