#define _DEFAULT_SOURCE /* strdup */

#include "clients.h"

#include "sessions.h"

#include <stdlib.h>
#include <string.h>

const char *const OPTIONS[] = {
    "management_url",
    "pat",
    "bearer",
    "detect",
    "session",
    "token_file",
    "from_env",
    "connect_timeout_ms",
    "read_timeout_ms",
    "timeout_ms",
    "max_retries",
    "retry_base_delay_ms",
    "retry_max_delay_ms",
    "max_response_bytes",
    "allow_insecure_http",
    "ca_pem",
    "proxy",
    "proxy_from_env",
    "user_agent",
    "on_unknown",
    "cancel_after_ms",
    "cancel_file",
    "fork",
};
const int OPTION_COUNT = sizeof OPTIONS / sizeof OPTIONS[0];

typedef struct named_client {
    char *name;
    nbt_client *client;
    struct named_client *next;
} named_client;

static named_client *clients;

answer ok(cJSON *value) {
    return (answer){value, NULL};
}

answer failed(nbt_error *error) {
    answer given = {NULL, show_error(error)};
    nbt_error_free(error);
    return given;
}

answer refused(const char *message) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "kind", "invalid_argument");
    cJSON_AddNumberToObject(fields, "code", NBT_INVALID_ARGUMENT);
    cJSON_AddStringToObject(fields, "message", message);
    cJSON_AddNullToObject(fields, "status");
    cJSON_AddNullToObject(fields, "server_message");
    cJSON_AddNullToObject(fields, "request_id");
    cJSON_AddBoolToObject(fields, "retryable", false);
    cJSON_AddNullToObject(fields, "retry_after_ms");
    cJSON_AddNumberToObject(fields, "attempts", 0);
    cJSON_AddArrayToObject(fields, "candidate_token_ids");
    cJSON_AddNullToObject(fields, "token_name");
    return (answer){NULL, fields};
}

nbt_result read_credential(const cJSON *fields, nbt_credential **credential, nbt_error **error) {
    *credential = NULL;
    *error = NULL;
    if (text(fields, "session") != NULL) {
        *credential = nbt_login_session_get_credential(find_session(fields));
        return NBT_OK;
    }
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

/* Sets one option; false if C's types would not have let its value through. */
static bool set_option(nbt_client_builder *builder, const cJSON *option) {
    const char *name = option->string;
    const char *word = cJSON_GetStringValue(option);
    int64_t number = 0;
    bool is_number = whole(option, &number) && number >= 0;
    uint64_t count = is_number ? (uint64_t)number : 0;
    if (strcmp(name, "pat") == 0 || strcmp(name, "bearer") == 0 || strcmp(name, "detect") == 0 ||
        strcmp(name, "session") == 0) {
        return true; /* read by read_credential */
    } else if (strcmp(name, "token_file") == 0) {
        nbt_client_builder_set_token_file(builder, word);
    } else if (strcmp(name, "management_url") == 0) {
        nbt_client_builder_set_management_url(builder, word);
    } else if (strcmp(name, "from_env") == 0) {
        if (cJSON_IsTrue(option)) {
            nbt_client_builder_from_env(builder);
        }
    } else if (strcmp(name, "allow_insecure_http") == 0) {
        nbt_client_builder_set_allow_insecure_http(builder, cJSON_IsTrue(option));
    } else if (strcmp(name, "ca_pem") == 0) {
        nbt_client_builder_set_ca_pem(builder, word);
    } else if (strcmp(name, "proxy") == 0) {
        nbt_client_builder_set_proxy(builder, word);
    } else if (strcmp(name, "proxy_from_env") == 0) {
        nbt_client_builder_set_proxy_from_env(builder, cJSON_IsTrue(option));
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

static answer close_at(named_client **at) {
    named_client *found = *at;
    nbt_error *error;
    nbt_result result = nbt_client_close(found->client, NULL, &error);
    *at = found->next;
    nbt_client_free(found->client);
    free(found->name);
    free(found);
    return result == NBT_OK ? ok(cJSON_CreateObject()) : failed(error);
}

answer close_client(const char *name) {
    for (named_client **at = &clients; *at != NULL; at = &(*at)->next) {
        if (strcmp((*at)->name, name) == 0) {
            return close_at(at);
        }
    }
    return ok(cJSON_CreateObject());
}

static void delete_answer(answer given) {
    cJSON_Delete(given.ok);
    cJSON_Delete(given.error);
}

void close_all_clients(void) {
    while (clients != NULL) {
        delete_answer(close_at(&clients));
    }
}

const nbt_client *find_client(const char *name) {
    for (const named_client *at = clients; at != NULL; at = at->next) {
        if (strcmp(at->name, name) == 0) {
            return at->client;
        }
    }
    return NULL;
}

static void keep_client(const char *name, nbt_client *client) {
    delete_answer(close_client(name));
    named_client *kept = malloc(sizeof *kept);
    char *copy = strdup(name);
    if (kept == NULL || copy == NULL) {
        die("out of memory");
    }
    *kept = (named_client){copy, client, clients};
    clients = kept;
}

bool read_builder(const cJSON *options, nbt_client_builder **builder, answer *refusal) {
    nbt_error *error = NULL;
    nbt_credential *credential = NULL;
    if (read_credential(options, &credential, &error) != NBT_OK) {
        *refusal = failed(error);
        return false;
    }
    *builder = nbt_client_builder_new();
    if (credential != NULL) {
        nbt_client_builder_set_credential(*builder, credential);
        nbt_credential_free(credential);
    }
    const cJSON *option;
    cJSON_ArrayForEach(option, options) {
        if (!set_option(*builder, option)) {
            nbt_client_builder_free(*builder);
            *refusal = refused("an option has a value that its type does not allow, or there is no such option");
            return false;
        }
    }
    return true;
}

answer new_client(const char *name, const cJSON *options) {
    nbt_client_builder *builder;
    answer refusal;
    if (!read_builder(options, &builder, &refusal)) {
        return refusal;
    }
    nbt_client *client = NULL;
    nbt_error *error = NULL;
    nbt_result result = nbt_client_builder_build(builder, &client, &error);
    nbt_client_builder_free(builder);
    if (result != NBT_OK) {
        return failed(error);
    }
    keep_client(name, client);
    return ok(cJSON_CreateObject());
}
