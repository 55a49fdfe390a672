/*
 * What a program may do around the library, with the default disposition of every signal. guest.c and guest.cpp include this and
 * define attempt(). Each scenario ends with status 0; 77 says that this machine does not allow it.
 */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77, NOBODY = 65534 };

typedef enum { LIST, CREATE } operation;

/* Makes one call with the client that the environment describes, prints the result, and returns its code. */
static unsigned attempt(operation what);

static int skip(const char *why) {
    printf("skipped: %s\n", why);
    return SKIPPED;
}

static int fail(const char *what) {
    printf("failed: %s\n", what);
    return 1;
}

/* A program that waits for its signals itself gets each of them: no thread of the library takes one. */
static int signals(void) {
    const int awaited[] = {SIGTERM, SIGINT, SIGHUP, SIGALRM, SIGUSR1};
    if (attempt(LIST) != NBT_OK) {
        return fail("the call");
    }
    for (size_t i = 0; i < sizeof awaited / sizeof awaited[0]; i++) {
        sigset_t set;
        int received = 0;
        sigemptyset(&set);
        sigaddset(&set, awaited[i]);
        pthread_sigmask(SIG_BLOCK, &set, NULL);
        kill(getpid(), awaited[i]);
        if (sigwait(&set, &received) != 0 || received != awaited[i]) {
            return fail("sigwait");
        }
        printf("received signal %d\n", received);
    }
    return 0;
}

/* Connections that break while the library writes. */
static int broken_connections(operation what) {
    for (int i = 0; i < 10; i++) {
        if (attempt(what) == NBT_OK) {
            return fail("the call succeeded");
        }
    }
    return 0;
}

static void *nothing(void *unused) {
    return unused;
}

/* A call while no thread can be started, and one when it can. */
static int no_thread(void) {
    struct rlimit limit;
    pthread_t thread;
    /* The limit does not apply to root. */
    if (geteuid() == 0 && setuid(NOBODY) != 0) {
        return skip("the user cannot be changed");
    }
    getrlimit(RLIMIT_NPROC, &limit);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_NPROC, &limit);
    if (pthread_create(&thread, NULL, nothing, NULL) == 0) {
        pthread_join(thread, NULL);
        return skip("RLIMIT_NPROC does not apply");
    }
    attempt(LIST);
    limit.rlim_cur = before;
    setrlimit(RLIMIT_NPROC, &limit);
    return attempt(LIST) == NBT_OK ? 0 : fail("the call with a thread");
}

/* Becomes the first process of a new pid namespace, whose pid is 1. Its parent waits for it and exits with its status. */
static int enter_pid_namespace(void) {
    if (unshare(CLONE_NEWPID) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child != 0) {
        int status = 0;
        waitpid(child, &status, 0);
        exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
    return 0;
}

/* A child in a nested pid namespace has its parent's pid, 1, but none of its threads. */
static int pid_namespace(void) {
    for (int depth = 0; depth < 3; depth++) {
        if (enter_pid_namespace() != 0) {
            return skip(strerror(errno));
        }
        if (attempt(LIST) != NBT_OK) {
            return fail("the call in a pid namespace");
        }
        printf("the call of process %d succeeded\n", (int)getpid());
        fflush(stdout);
    }
    return 0;
}

static int run_scenario(const char *name) {
    for (int number = 1; number < NSIG; number++) {
        struct sigaction now;
        if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_DFL) {
            printf("signal %d does not have its default disposition\n", number);
            return 2;
        }
    }
    if (strcmp(name, "signals") == 0) {
        return signals();
    }
    if (strcmp(name, "broken-handshakes") == 0) {
        return broken_connections(LIST);
    }
    if (strcmp(name, "broken-requests") == 0) {
        return broken_connections(CREATE);
    }
    if (strcmp(name, "no-thread") == 0) {
        return no_thread();
    }
    return strcmp(name, "pid-namespace") == 0 ? pid_namespace() : 2;
}

#endif
