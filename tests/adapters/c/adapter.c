/*
 * The conformance adapter of the C API: the protocol of tests/adapters/README.md, one JSON object a line each way. It calls
 * the public API as any C program would, and prints what it got.
 */
#define _DEFAULT_SOURCE /* getline, timegm */

#include <cjson/cJSON.h>
#include <math.h>
#include <netbird_tokens.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const OPERATIONS[] = {
    "list_tokens", "get_token",  "create_token",   "delete_token", "current_user",
    "list_users",  "set_credential", "expose", "secret_equals",
};

static const char *const OPTIONS[] = {
    "management_url",   "pat",              "bearer",         "detect",          "from_env",
    "connect_timeout_ms", "read_timeout_ms", "timeout_ms",    "max_retries",     "retry_base_delay_ms",
    "retry_max_delay_ms", "max_response_bytes", "allow_insecure_http", "ca_pem", "proxy",
    "proxy_from_env",   "user_agent",       "on_unknown",     "cancel_after_ms",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The clients by name and the secrets by handle, for as long as the adapter runs. */
typedef struct named_client {
    char *name;
    nbt_client *client;
    struct named_client *next;
} named_client;

static named_client *clients;
static nbt_secret **secrets;
static size_t secret_count;

/* What a command answers: exactly one of the two. */
typedef struct answer {
    cJSON *ok;
    cJSON *error;
} answer;

static void die(const char *what) {
    fprintf(stderr, "adapter_c: %s\n", what);
    exit(1);
}

static answer ok(cJSON *value) {
    return (answer){value, NULL};
}

static void add_text(cJSON *object, const char *key, const char *text) {
    cJSON_AddItemToObject(object, key, text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text));
}

/* The fields of an error, which is freed. */
static answer failed(nbt_error *error) {
    nbt_result kind = nbt_error_kind(error);
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "kind", nbt_result_name(kind));
    cJSON_AddNumberToObject(fields, "code", kind);
    cJSON_AddStringToObject(fields, "message", nbt_error_message(error));
    int status = nbt_error_status(error);
    cJSON_AddItemToObject(fields, "status", status == 0 ? cJSON_CreateNull() : cJSON_CreateNumber(status));
    add_text(fields, "server_message", nbt_error_server_message(error));
    add_text(fields, "request_id", nbt_error_request_id(error));
    cJSON_AddBoolToObject(fields, "retryable", nbt_error_retryable(error));
    cJSON_AddNumberToObject(fields, "attempts", nbt_error_attempts(error));
    cJSON *candidates = cJSON_AddArrayToObject(fields, "candidate_token_ids");
    for (size_t i = 0; i < nbt_error_candidate_token_ids_len(error); i++) {
        cJSON_AddItemToArray(candidates, cJSON_CreateString(nbt_error_candidate_token_ids_at(error, i)));
    }
    nbt_error_free(error);
    return (answer){NULL, fields};
}

/* An argument that C's types would not have let through. */
static answer refused(const char *message) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "kind", "invalid_argument");
    cJSON_AddNumberToObject(fields, "code", NBT_INVALID_ARGUMENT);
    cJSON_AddStringToObject(fields, "message", message);
    cJSON_AddNullToObject(fields, "status");
    cJSON_AddNullToObject(fields, "server_message");
    cJSON_AddNullToObject(fields, "request_id");
    cJSON_AddBoolToObject(fields, "retryable", false);
    cJSON_AddNumberToObject(fields, "attempts", 0);
    cJSON_AddArrayToObject(fields, "candidate_token_ids");
    return (answer){NULL, fields};
}

static answer unsupported(void) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "kind", "unsupported");
    cJSON_AddNumberToObject(fields, "code", 0);
    cJSON_AddStringToObject(fields, "message", "no such command");
    return (answer){NULL, fields};
}

static const char *text(const cJSON *fields, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(fields, key));
}

static bool flag(const cJSON *value) {
    return cJSON_IsTrue(value);
}

/* A whole number that a double holds exactly. */
static bool whole(const cJSON *value, int64_t *number) {
    if (!cJSON_IsNumber(value) || value->valuedouble != floor(value->valuedouble) || fabs(value->valuedouble) > 9e15) {
        return false;
    }
    *number = (int64_t)value->valuedouble;
    return true;
}

/* In UTC, cut to microseconds, always six digits. */
static cJSON *moment(int64_t seconds, uint32_t nanoseconds) {
    time_t whole_seconds = (time_t)seconds;
    struct tm parts;
    if (gmtime_r(&whole_seconds, &parts) == NULL) {
        die("a time out of range");
    }
    char printed[80];
    snprintf(printed, sizeof printed, "%04d-%02d-%02dT%02d:%02d:%02d.%06uZ", parts.tm_year + 1900, parts.tm_mon + 1,
             parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, nanoseconds / 1000);
    return cJSON_CreateString(printed);
}

/* Reads RFC 3339. */
static bool read_moment(const char *given, int64_t *seconds, uint32_t *nanoseconds) {
    struct tm parts = {0};
    int length = 0;
    if (sscanf(given, "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
               &parts.tm_min, &parts.tm_sec, &length) != 6) {
        return false;
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    const char *rest = given + length;
    *nanoseconds = 0;
    if (*rest == '.') {
        uint32_t place = 100000000;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, place /= 10) {
            *nanoseconds += (uint32_t)(*rest - '0') * place;
        }
    }
    int hours = 0;
    int minutes = 0;
    char sign = '+';
    if (strcmp(rest, "Z") != 0 && sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) != 3) {
        return false;
    }
    int64_t offset = hours * 3600 + minutes * 60;
    *seconds = (int64_t)timegm(&parts) - (sign == '-' ? -offset : offset);
    return true;
}

/* A token's fields; with "now" given, also what the library says of it at that instant. */
static cJSON *show_token(const nbt_token *token, const cJSON *args) {
    int64_t seconds;
    uint32_t nanoseconds;
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "id", nbt_token_id(token));
    cJSON_AddStringToObject(fields, "name", nbt_token_name(token));
    nbt_token_expiration_date(token, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "expiration_date", moment(seconds, nanoseconds));
    nbt_token_created_at(token, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "created_at", moment(seconds, nanoseconds));
    cJSON_AddStringToObject(fields, "created_by", nbt_token_created_by(token));
    bool used = nbt_token_last_used(token, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "last_used", used ? moment(seconds, nanoseconds) : cJSON_CreateNull());
    cJSON_AddStringToObject(fields, "user_id", nbt_token_user_id(token));
    const char *now = text(args, "now");
    if (now != NULL) {
        bool expired;
        int64_t days;
        if (!read_moment(now, &seconds, &nanoseconds) ||
            nbt_token_is_expired(token, seconds, nanoseconds, &expired, NULL) != NBT_OK ||
            nbt_token_days_left(token, seconds, nanoseconds, &days, NULL) != NBT_OK) {
            die("now is no time");
        }
        cJSON_AddBoolToObject(fields, "is_expired", expired);
        cJSON_AddNumberToObject(fields, "days_left", (double)days);
    }
    return fields;
}

static cJSON *show_user(const nbt_user *user) {
    int64_t seconds;
    uint32_t nanoseconds;
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "id", nbt_user_id(user));
    cJSON_AddStringToObject(fields, "name", nbt_user_name(user));
    cJSON_AddStringToObject(fields, "email", nbt_user_email(user));
    cJSON_AddStringToObject(fields, "role", nbt_user_role(user));
    cJSON_AddStringToObject(fields, "status", nbt_user_status(user));
    cJSON_AddBoolToObject(fields, "is_current", nbt_user_is_current(user));
    cJSON_AddBoolToObject(fields, "is_service_user", nbt_user_is_service_user(user));
    cJSON_AddBoolToObject(fields, "is_blocked", nbt_user_is_blocked(user));
    cJSON_AddBoolToObject(fields, "pending_approval", nbt_user_pending_approval(user));
    bool logged_in = nbt_user_last_login(user, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "last_login", logged_in ? moment(seconds, nanoseconds) : cJSON_CreateNull());
    return fields;
}

/* The credential that the fields give, or NULL when they give none. */
static nbt_result read_credential(const cJSON *fields, nbt_credential **credential, nbt_error **error) {
    *credential = NULL;
    *error = NULL;
    if (text(fields, "pat") != NULL) {
        return nbt_credential_new_pat(text(fields, "pat"), credential, error);
    }
    if (text(fields, "bearer") != NULL) {
        return nbt_credential_new_bearer(text(fields, "bearer"), credential, error);
    }
    if (text(fields, "detect") != NULL) {
        return nbt_credential_new_detect(text(fields, "detect"), credential, error);
    }
    return NBT_OK;
}

/* Sets one option; false if C's types would not have let it through. */
static bool set_option(nbt_client_builder *builder, const cJSON *option) {
    const char *name = option->string;
    const char *word = cJSON_GetStringValue(option);
    int64_t number = 0;
    bool is_number = whole(option, &number) && number >= 0;
    uint64_t count = is_number ? (uint64_t)number : 0;
    if (strcmp(name, "pat") == 0 || strcmp(name, "bearer") == 0 || strcmp(name, "detect") == 0) {
        return true; /* read by read_credential */
    } else if (strcmp(name, "management_url") == 0) {
        nbt_client_builder_set_management_url(builder, word);
    } else if (strcmp(name, "from_env") == 0) {
        if (flag(option)) {
            nbt_client_builder_from_env(builder);
        }
    } else if (strcmp(name, "allow_insecure_http") == 0) {
        nbt_client_builder_set_allow_insecure_http(builder, flag(option));
    } else if (strcmp(name, "ca_pem") == 0) {
        nbt_client_builder_set_ca_pem(builder, word);
    } else if (strcmp(name, "proxy") == 0) {
        nbt_client_builder_set_proxy(builder, word);
    } else if (strcmp(name, "proxy_from_env") == 0) {
        nbt_client_builder_set_proxy_from_env(builder, flag(option));
    } else if (strcmp(name, "user_agent") == 0) {
        nbt_client_builder_set_user_agent(builder, word);
    } else if (strcmp(name, "on_unknown") == 0) {
        bool revoke = word != NULL && strcmp(word, "revoke_and_retry") == 0;
        nbt_client_builder_set_on_unknown(builder, revoke ? NBT_ON_UNKNOWN_REVOKE_AND_RETRY : NBT_ON_UNKNOWN_REPORT);
    } else if (!is_number) {
        return false;
    } else if (strcmp(name, "connect_timeout_ms") == 0) {
        nbt_client_builder_set_connect_timeout_ms(builder, count);
    } else if (strcmp(name, "read_timeout_ms") == 0) {
        nbt_client_builder_set_read_timeout_ms(builder, count);
    } else if (strcmp(name, "timeout_ms") == 0) {
        nbt_client_builder_set_timeout_ms(builder, count);
    } else if (strcmp(name, "max_retries") == 0) {
        nbt_client_builder_set_max_retries(builder, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count);
    } else if (strcmp(name, "retry_base_delay_ms") == 0) {
        nbt_client_builder_set_retry_base_delay_ms(builder, count);
    } else if (strcmp(name, "retry_max_delay_ms") == 0) {
        nbt_client_builder_set_retry_max_delay_ms(builder, count);
    } else if (strcmp(name, "max_response_bytes") == 0) {
        nbt_client_builder_set_max_response_bytes(builder, (size_t)count);
    } else {
        return false;
    }
    return true;
}

static void close_client(const char *name) {
    for (named_client **at = &clients; *at != NULL; at = &(*at)->next) {
        if (strcmp((*at)->name, name) == 0) {
            named_client *found = *at;
            *at = found->next;
            nbt_client_free(found->client);
            free(found->name);
            free(found);
            return;
        }
    }
}

static const nbt_client *find_client(const char *name) {
    for (const named_client *at = clients; at != NULL; at = at->next) {
        if (strcmp(at->name, name) == 0) {
            return at->client;
        }
    }
    return NULL;
}

static void keep_client(const char *name, nbt_client *client) {
    close_client(name);
    named_client *kept = malloc(sizeof *kept);
    char *copy = strdup(name);
    if (kept == NULL || copy == NULL) {
        die("out of memory");
    }
    *kept = (named_client){copy, client, clients};
    clients = kept;
}

static answer new_client(const char *name, const cJSON *options) {
    nbt_error *error = NULL;
    nbt_credential *credential = NULL;
    if (read_credential(options, &credential, &error) != NBT_OK) {
        return failed(error);
    }
    nbt_client_builder *builder = nbt_client_builder_new();
    if (credential != NULL) {
        nbt_client_builder_set_credential(builder, credential);
        nbt_credential_free(credential);
    }
    const cJSON *option;
    cJSON_ArrayForEach(option, options) {
        if (!set_option(builder, option)) {
            nbt_client_builder_free(builder);
            return refused("an option has a value that its type does not allow, or there is no such option");
        }
    }
    nbt_client *client = NULL;
    nbt_client_builder_build(builder, &client, &error);
    nbt_client_builder_free(builder);
    if (client == NULL) {
        return failed(error);
    }
    keep_client(name, client);
    return ok(cJSON_CreateObject());
}

static size_t keep_secret(nbt_secret *secret) {
    nbt_secret **grown = realloc(secrets, (secret_count + 1) * sizeof *secrets);
    if (grown == NULL) {
        die("out of memory");
    }
    secrets = grown;
    secrets[secret_count] = secret;
    return secret_count++;
}

static const nbt_secret *find_secret(const cJSON *args, const char *key) {
    const char *handle = text(args, key);
    size_t at = handle == NULL ? secret_count : strtoul(handle, NULL, 10);
    return at < secret_count ? secrets[at] : NULL;
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
    if (nbt_client_create_token(client, text(args, "name"), days, text(args, "user_id"), &token, &secret, &error) !=
        NBT_OK) {
        return failed(error);
    }
    cJSON *created = cJSON_CreateObject();
    cJSON_AddItemToObject(created, "token", show_token(token, args));
    cJSON_AddStringToObject(created, "plain_token", nbt_secret_masked(secret));
    char handle[24];
    snprintf(handle, sizeof handle, "%zu", keep_secret(secret));
    cJSON_AddStringToObject(created, "secret", handle);
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
    } else if (strcmp(operation, "set_credential") == 0) {
        return set_credential(client, args);
    } else if (strcmp(operation, "expose") == 0) {
        return expose(args);
    } else if (strcmp(operation, "secret_equals") == 0) {
        return secret_equals(args);
    }
    return unsupported();
}

/* Cancels after a time, unless the call is over before. */
typedef struct timer {
    nbt_cancel *cancel;
    int64_t milliseconds;
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool is_over;
} timer;

static void *run_timer(void *argument) {
    timer *alarm = argument;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += alarm->milliseconds / 1000;
    until.tv_nsec += alarm->milliseconds % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&alarm->lock);
    int waited = 0;
    while (!alarm->is_over && waited == 0) {
        waited = pthread_cond_timedwait(&alarm->over, &alarm->lock, &until);
    }
    if (!alarm->is_over) {
        nbt_cancel_cancel(alarm->cancel);
    }
    pthread_mutex_unlock(&alarm->lock);
    return NULL;
}

static answer call_with_timer(const nbt_client *client, int64_t milliseconds, const char *operation, const cJSON *args) {
    timer alarm = {nbt_cancel_new(), milliseconds, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    nbt_client *cancellable;
    nbt_error *error;
    if (nbt_client_with_cancel(client, alarm.cancel, &cancellable, &error) != NBT_OK) {
        return failed(error);
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_timer, &alarm) != 0) {
        die("no thread");
    }
    answer result = call_operation(cancellable, operation, args);
    pthread_mutex_lock(&alarm.lock);
    alarm.is_over = true;
    pthread_cond_signal(&alarm.over);
    pthread_mutex_unlock(&alarm.lock);
    pthread_join(thread, NULL);
    nbt_client_free(cancellable);
    nbt_cancel_free(alarm.cancel);
    return result;
}

static answer call(const char *name, const cJSON *command) {
    const nbt_client *client = find_client(name);
    if (client == NULL) {
        return refused("the client is closed");
    }
    const char *operation = text(command, "operation");
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(command, "args");
    int64_t milliseconds;
    if (operation == NULL) {
        return unsupported();
    }
    if (whole(cJSON_GetObjectItemCaseSensitive(command, "cancel_after_ms"), &milliseconds)) {
        return call_with_timer(client, milliseconds, operation, args);
    }
    return call_operation(client, operation, args);
}

static answer hello(void) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "adapter", "c");
    cJSON_AddStringToObject(fields, "version", nbt_version());
    cJSON_AddItemToObject(fields, "operations", cJSON_CreateStringArray(OPERATIONS, COUNT(OPERATIONS)));
    cJSON_AddItemToObject(fields, "options", cJSON_CreateStringArray(OPTIONS, COUNT(OPTIONS)));
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
        close_client(name);
        return ok(cJSON_CreateObject());
    }
    return unsupported();
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        cJSON *command = cJSON_Parse(line);
        if (command == NULL) {
            die("a line that is no JSON");
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
    while (clients != NULL) {
        close_client(clients->name);
    }
    for (size_t i = 0; i < secret_count; i++) {
        nbt_secret_free(secrets[i]);
    }
    free(secrets);
    return 0;
}
