#include "logins.h"

#include "secrets.h"
#include "sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static nbt_device_login **logins;
static size_t login_count;

/* A number in base 10. */
static cJSON *show_handle(size_t number) {
    char handle[24];
    snprintf(handle, sizeof handle, "%zu", number);
    return cJSON_CreateString(handle);
}

static cJSON *show_session(const nbt_login_session *session, cJSON *handle) {
    cJSON *fields = cJSON_CreateObject();
    int64_t seconds;
    uint32_t nanoseconds;
    nbt_login_session_expires_at(session, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "session", handle);
    cJSON_AddStringToObject(fields, "management_url", nbt_login_session_management_url(session));
    cJSON_AddStringToObject(fields, "issuer", nbt_login_session_issuer(session));
    cJSON_AddItemToObject(fields, "expires_at", show_time(seconds, nanoseconds));
    cJSON_AddBoolToObject(fields, "needs_refresh", nbt_login_session_needs_refresh(session));
    return fields;
}

static answer keep(nbt_login_session *session) {
    return ok(show_session(session, show_handle(keep_session(session))));
}

typedef nbt_result (*setter)(nbt_login_options *, const char *);

static nbt_login_options *read_options(const cJSON *args, const nbt_cancel *cancel) {
    static const char *const names[] = {"issuer", "client_id", "audience", "scope", "endpoint_host"};
    static const setter setters[] = {
        nbt_login_options_set_issuer, nbt_login_options_set_client_id,     nbt_login_options_set_audience,
        nbt_login_options_set_scope,  nbt_login_options_set_endpoint_host,
    };
    nbt_login_options *options = nbt_login_options_new();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text(args, names[i]) != NULL) {
            setters[i](options, text(args, names[i]));
        }
    }
    if (cancel != NULL) {
        nbt_login_options_set_cancel(options, cancel);
    }
    return options;
}

static answer start_login(const cJSON *args, const nbt_cancel *cancel) {
    nbt_client_builder *builder;
    answer refusal;
    if (!read_builder(cJSON_GetObjectItemCaseSensitive(args, "options"), &builder, &refusal)) {
        return refusal;
    }
    nbt_login_options *options = read_options(args, cancel);
    nbt_device_login *login;
    nbt_error *error;
    nbt_result result = nbt_start_login(builder, options, &login, &error);
    nbt_login_options_free(options);
    nbt_client_builder_free(builder);
    if (result != NBT_OK) {
        return failed(error);
    }
    nbt_device_login **grown = realloc(logins, (login_count + 1) * sizeof *logins);
    if (grown == NULL) {
        die("out of memory");
    }
    logins = grown;
    logins[login_count] = login;
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddItemToObject(fields, "login", show_handle(login_count++));
    cJSON_AddStringToObject(fields, "verification_uri", nbt_device_login_verification_uri(login));
    const char *complete = nbt_device_login_verification_uri_complete(login);
    cJSON_AddItemToObject(fields, "verification_uri_complete",
                          complete == NULL ? cJSON_CreateNull() : cJSON_CreateString(complete));
    cJSON_AddStringToObject(fields, "user_code", nbt_device_login_user_code(login));
    int64_t seconds;
    uint32_t nanoseconds;
    nbt_device_login_expires_at(login, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "expires_at", show_time(seconds, nanoseconds));
    cJSON_AddNumberToObject(fields, "interval_ms", (double)nbt_device_login_interval_ms(login));
    return ok(fields);
}

/* The login of the handle in the arguments; NULL if there is none. */
static const nbt_device_login *find_login(const cJSON *args) {
    const char *handle = text(args, "login");
    size_t at = handle == NULL ? login_count : strtoul(handle, NULL, 10);
    return at < login_count ? logins[at] : NULL;
}

static answer poll_login(const nbt_device_login *login) {
    nbt_login_session *session;
    nbt_error *error;
    if (nbt_device_login_poll(login, &session, &error) != NBT_OK) {
        return failed(error);
    }
    return session == NULL ? ok(cJSON_CreateNull()) : keep(session);
}

static answer wait_for_login(const nbt_device_login *login, const nbt_cancel *cancel) {
    nbt_device_login *cancellable = NULL;
    nbt_login_session *session;
    nbt_error *error;
    if (cancel != NULL && nbt_device_login_with_cancel(login, cancel, &cancellable, &error) != NBT_OK) {
        return failed(error);
    }
    nbt_result result = nbt_device_login_wait(cancellable == NULL ? login : cancellable, &session, &error);
    nbt_device_login_free(cancellable);
    return result == NBT_OK ? keep(session) : failed(error);
}

static answer refresh(const nbt_login_session *session, const cJSON *args) {
    nbt_error *error;
    if (nbt_login_session_refresh(session, &error) != NBT_OK) {
        return failed(error);
    }
    return ok(show_session(session, cJSON_CreateString(text(args, "session"))));
}

static answer export_session(const nbt_login_session *session) {
    cJSON *fields = cJSON_CreateObject();
    add_secret(fields, nbt_login_session_export(session));
    cJSON_AddItemToObject(fields, "text", cJSON_DetachItemFromObjectCaseSensitive(fields, "plain_token"));
    return ok(fields);
}

static answer restore(const cJSON *args) {
    nbt_client_builder *builder;
    answer refusal;
    if (!read_builder(cJSON_GetObjectItemCaseSensitive(args, "options"), &builder, &refusal)) {
        return refusal;
    }
    const nbt_secret *secret = find_secret(args, "secret");
    nbt_login_session *session;
    nbt_error *error;
    nbt_result result = nbt_login_session_restore(secret == NULL ? text(args, "text") : nbt_secret_expose(secret, NULL),
                                                  builder, &session, &error);
    nbt_client_builder_free(builder);
    return result == NBT_OK ? keep(session) : failed(error);
}

bool login_command(const char *operation, const cJSON *args, const nbt_cancel *cancel, answer *given) {
    const nbt_device_login *login = find_login(args);
    const nbt_login_session *session = find_session(args);
    if (strcmp(operation, "start_login") == 0) {
        *given = start_login(args, cancel);
    } else if (strcmp(operation, "login_poll") == 0) {
        *given = login == NULL ? refused("no such login") : poll_login(login);
    } else if (strcmp(operation, "login_wait") == 0) {
        *given = login == NULL ? refused("no such login") : wait_for_login(login, cancel);
    } else if (strcmp(operation, "session_refresh") == 0) {
        *given = session == NULL ? refused("no such session") : refresh(session, args);
    } else if (strcmp(operation, "session_export") == 0) {
        *given = session == NULL ? refused("no such session") : export_session(session);
    } else if (strcmp(operation, "session_restore") == 0) {
        *given = restore(args);
    } else {
        return false;
    }
    return true;
}

void free_all_logins(void) {
    for (size_t i = 0; i < login_count; i++) {
        nbt_device_login_free(logins[i]);
    }
    free(logins);
    free_all_sessions();
}
