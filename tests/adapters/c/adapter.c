/*
 * The conformance adapter of the C API: the protocol of tests/adapters/README.md, one JSON object a line each way. It calls
 * the public API as any C program would, and prints what it got.
 */
#define _DEFAULT_SOURCE /* getline */

#include "audits.h"
#include "clients.h"
#include "logins.h"
#include "rotations.h"
#include "secrets.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const OPERATIONS[] = {
    "list_tokens",          "get_token",       "create_token",    "delete_token",     "current_user",
    "list_users",           "check_credential", "audit_tokens",   "set_credential",   "expose",
    "secret_equals",        "rotate_token",    "resume_rotation", "rotation_create",  "rotation_mark_stored",
    "rotation_commit",      "rotation_abort",  "rotation_record", "rotation_drop",    "start_login",
    "login_poll",           "login_wait",      "session_refresh", "session_export",   "session_restore",
};

static answer unsupported(void) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "kind", "unsupported");
    cJSON_AddNumberToObject(fields, "code", 0);
    cJSON_AddStringToObject(fields, "message", "no such command");
    return (answer){NULL, fields};
}

static answer create_token(const nbt_client *client, const cJSON *args) {
    int64_t days = NBT_DEFAULT_EXPIRES_IN_DAYS;
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(args, "expires_in_days");
    if (given != NULL && !whole(given, &days)) {
        return refused("expires_in_days: expected a whole number");
    }
    nbt_token *token;
    nbt_secret *secret;
    nbt_error *error;
    uint32_t flags = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(args, "tag")) ? NBT_CREATE_TAG : NBT_CREATE_PLAIN;
    if (nbt_client_create_token(client, text(args, "name"), days, flags, text(args, "user_id"), &token, &secret,
                                &error) != NBT_OK) {
        return failed(error);
    }
    cJSON *created = cJSON_CreateObject();
    cJSON_AddItemToObject(created, "token", show_token(token, args));
    add_secret(created, secret);
    nbt_token_free(token);
    return ok(created);
}

static answer list_tokens(const nbt_client *client, const cJSON *args) {
    nbt_token_list *list;
    nbt_error *error;
    if (nbt_client_list_tokens(client, text(args, "user_id"), &list, &error) != NBT_OK) {
        return failed(error);
    }
    cJSON *tokens = cJSON_CreateArray();
    for (size_t i = 0; i < nbt_token_list_len(list); i++) {
        cJSON_AddItemToArray(tokens, show_token(nbt_token_list_at(list, i), args));
    }
    nbt_token_list_free(list);
    return ok(tokens);
}

static answer get_token(const nbt_client *client, const cJSON *args) {
    nbt_token *token;
    nbt_error *error;
    if (nbt_client_get_token(client, text(args, "token_id"), text(args, "user_id"), &token, &error) != NBT_OK) {
        return failed(error);
    }
    cJSON *shown = show_token(token, args);
    nbt_token_free(token);
    return ok(shown);
}

static answer delete_token(const nbt_client *client, const cJSON *args) {
    nbt_error *error;
    if (nbt_client_delete_token(client, text(args, "token_id"), text(args, "user_id"), &error) != NBT_OK) {
        return failed(error);
    }
    return ok(cJSON_CreateObject());
}

static answer current_user(const nbt_client *client) {
    nbt_user *user;
    nbt_error *error;
    if (nbt_client_current_user(client, &user, &error) != NBT_OK) {
        return failed(error);
    }
    cJSON *shown = show_user(user);
    nbt_user_free(user);
    return ok(shown);
}

static answer list_users(const nbt_client *client) {
    nbt_user_list *list;
    nbt_error *error;
    if (nbt_client_list_users(client, &list, &error) != NBT_OK) {
        return failed(error);
    }
    cJSON *users = cJSON_CreateArray();
    for (size_t i = 0; i < nbt_user_list_len(list); i++) {
        cJSON_AddItemToArray(users, show_user(nbt_user_list_at(list, i)));
    }
    nbt_user_list_free(list);
    return ok(users);
}

static answer check_credential(const nbt_client *client, const cJSON *args) {
    nbt_credential_check *check;
    nbt_error *error;
    if (nbt_client_check_credential(client, &check, &error) != NBT_OK) {
        return failed(error);
    }
    cJSON *shown = show_check(check, args);
    nbt_credential_check_free(check);
    return ok(shown);
}

static answer set_credential(const nbt_client *client, const cJSON *args) {
    nbt_credential *credential;
    nbt_error *error;
    if (read_credential(args, &credential, &error) != NBT_OK) {
        return failed(error);
    }
    nbt_result result = nbt_client_set_credential(client, credential, &error);
    nbt_credential_free(credential);
    return result == NBT_OK ? ok(cJSON_CreateObject()) : failed(error);
}

static answer expose(const cJSON *args) {
    const nbt_secret *secret = find_secret(args, "secret");
    return secret == NULL ? refused("no such secret") : ok(cJSON_CreateString(nbt_secret_expose(secret, NULL)));
}

static answer secret_equals(const cJSON *args) {
    const nbt_secret *secret = find_secret(args, "secret");
    const nbt_secret *other = find_secret(args, "other");
    if (secret == NULL || other == NULL) {
        return refused("no such secret");
    }
    return ok(cJSON_CreateBool(nbt_secret_equals(secret, other)));
}

static answer call_operation(const nbt_client *client, const char *operation, const cJSON *args) {
    if (strcmp(operation, "list_tokens") == 0) {
        return list_tokens(client, args);
    } else if (strcmp(operation, "get_token") == 0) {
        return get_token(client, args);
    } else if (strcmp(operation, "create_token") == 0) {
        return create_token(client, args);
    } else if (strcmp(operation, "delete_token") == 0) {
        return delete_token(client, args);
    } else if (strcmp(operation, "current_user") == 0) {
        return current_user(client);
    } else if (strcmp(operation, "list_users") == 0) {
        return list_users(client);
    } else if (strcmp(operation, "check_credential") == 0) {
        return check_credential(client, args);
    } else if (strcmp(operation, "audit_tokens") == 0) {
        return audit_tokens(client, args);
    } else if (strcmp(operation, "rotate_token") == 0) {
        return rotate_token(client, args);
    } else if (strcmp(operation, "resume_rotation") == 0) {
        return resume_rotation(client, args);
    } else if (strcmp(operation, "set_credential") == 0) {
        return set_credential(client, args);
    } else if (strcmp(operation, "expose") == 0) {
        return expose(args);
    } else if (strcmp(operation, "secret_equals") == 0) {
        return secret_equals(args);
    }
    answer given;
    return rotation_command(operation, args, &given) ? given : unsupported();
}

enum { POLL_MS = 5 };

/* Interrupts a call, unless it ends before: after a time, or as soon as a file exists, which is checked after every period. */
typedef struct interrupter {
    nbt_cancel *cancel;
    int64_t period_ms;
    const char *file; /* NULL: nothing is checked */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended;
} interrupter;

static struct timespec after(int64_t milliseconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += milliseconds % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

static void *interrupt(void *argument) {
    interrupter *own = argument;
    struct timespec until = after(own->period_ms);
    pthread_mutex_lock(&own->lock);
    while (!own->has_ended) {
        if (pthread_cond_timedwait(&own->ended, &own->lock, &until) == 0) {
            continue;
        }
        if (own->file == NULL || access(own->file, F_OK) == 0) {
            nbt_cancel_cancel(own->cancel);
            break;
        }
        until = after(own->period_ms);
    }
    pthread_mutex_unlock(&own->lock);
    return NULL;
}

/* A call, to a client or to a login. `cancel` may be NULL. */
static answer dispatch(const char *name, const nbt_cancel *cancel, const char *operation, const cJSON *args) {
    answer given;
    if (login_command(operation, args, cancel, &given)) {
        return given;
    }
    const nbt_client *client = find_client(name);
    if (client == NULL) {
        return refused("the client is closed");
    }
    if (cancel == NULL) {
        return call_operation(client, operation, args);
    }
    nbt_client *cancellable;
    nbt_error *error;
    if (nbt_client_with_cancel(client, cancel, &cancellable, &error) != NBT_OK) {
        return failed(error);
    }
    given = call_operation(cancellable, operation, args);
    nbt_client_free(cancellable);
    return given;
}

static answer call_interruptibly(const char *name, int64_t period_ms, const char *file, const char *operation,
                                 const cJSON *args) {
    interrupter own = {nbt_cancel_new(),          period_ms, file, PTHREAD_MUTEX_INITIALIZER,
                       PTHREAD_COND_INITIALIZER, false};
    pthread_t thread;
    if (pthread_create(&thread, NULL, interrupt, &own) != 0) {
        die("no thread");
    }
    answer result = dispatch(name, own.cancel, operation, args);
    pthread_mutex_lock(&own.lock);
    own.has_ended = true;
    pthread_cond_signal(&own.ended);
    pthread_mutex_unlock(&own.lock);
    pthread_join(thread, NULL);
    nbt_cancel_free(own.cancel);
    return result;
}

static answer call(const char *name, const cJSON *command) {
    const char *operation = text(command, "operation");
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(command, "args");
    int64_t milliseconds;
    if (operation == NULL) {
        return unsupported();
    }
    if (whole(cJSON_GetObjectItemCaseSensitive(command, "cancel_after_ms"), &milliseconds)) {
        return call_interruptibly(name, milliseconds, NULL, operation, args);
    }
    if (text(command, "cancel_file") != NULL) {
        return call_interruptibly(name, POLL_MS, text(command, "cancel_file"), operation, args);
    }
    return dispatch(name, NULL, operation, args);
}

static answer hello(void) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "adapter", "c");
    cJSON_AddStringToObject(fields, "version", nbt_version());
    cJSON_AddItemToObject(fields, "operations", cJSON_CreateStringArray(OPERATIONS, sizeof OPERATIONS / sizeof OPERATIONS[0]));
    cJSON_AddItemToObject(fields, "options", cJSON_CreateStringArray(OPTIONS, OPTION_COUNT));
    return ok(fields);
}

/* Goes on in a child. The parent waits for its end, and exits. */
static answer go_on_in_child(void) {
    pid_t child = fork();
    if (child < 0) {
        die("no child");
    }
    if (child > 0) {
        waitpid(child, NULL, 0);
        exit(0);
    }
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddNumberToObject(fields, "pid", getpid());
    return ok(fields);
}

static answer run(const cJSON *command) {
    const char *cmd = text(command, "cmd");
    const char *name = text(command, "client");
    if (cmd == NULL) {
        return unsupported();
    }
    if (strcmp(cmd, "hello") == 0) {
        return hello();
    }
    if (strcmp(cmd, "fork") == 0) {
        return go_on_in_child();
    }
    if (name == NULL) {
        return unsupported();
    }
    if (strcmp(cmd, "new_client") == 0) {
        return new_client(name, cJSON_GetObjectItemCaseSensitive(command, "options"));
    }
    if (strcmp(cmd, "call") == 0) {
        return call(name, command);
    }
    if (strcmp(cmd, "close") == 0) {
        return close_client(name);
    }
    return unsupported();
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        cJSON *command = cJSON_Parse(line);
        if (command == NULL) {
            die("a line that is not JSON");
        }
        /* A C text cannot hold a NUL, so no program could have given one. */
        answer given = strstr(line, "\\u0000") == NULL ? run(command) : refused("a text has a NUL in it");
        cJSON *reply = cJSON_CreateObject();
        cJSON_AddItemToObject(reply, "id", cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(command, "id"), true));
        cJSON_AddItemToObject(reply, given.ok != NULL ? "ok" : "error", given.ok != NULL ? given.ok : given.error);
        char *printed = cJSON_PrintUnformatted(reply);
        puts(printed);
        fflush(stdout);
        free(printed);
        cJSON_Delete(reply);
        cJSON_Delete(command);
    }
    free(line);
    free_all_rotations();
    close_all_clients();
    free_all_logins();
    free_all_secrets();
    return 0;
}
