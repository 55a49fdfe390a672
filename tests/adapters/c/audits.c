#include "audits.h"

#include <stdlib.h>
#include <string.h>

/* False if C's types would not have let the value through. */
static bool read_options(nbt_audit_options *options, const cJSON *args) {
    const cJSON *option;
    cJSON_ArrayForEach(option, args) {
        int64_t number = 0;
        if (strcmp(option->string, "now") == 0) {
            continue;
        }
        if (!whole(option, &number) || number < 0) {
            return false;
        }
        uint64_t count = (uint64_t)number;
        if (strcmp(option->string, "expiring_within_ms") == 0) {
            nbt_audit_options_set_expiring_within_ms(options, count);
        } else if (strcmp(option->string, "unused_for_ms") == 0) {
            nbt_audit_options_set_unused_for_ms(options, count);
        } else if (strcmp(option->string, "concurrency") == 0) {
            nbt_audit_options_set_concurrency(options, (size_t)count);
        } else if (strcmp(option->string, "time_limit_ms") == 0) {
            nbt_audit_options_set_time_limit_ms(options, count);
        } else {
            return false;
        }
    }
    return true;
}

static cJSON *show_audited(const nbt_audited_token *audited, const cJSON *args) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddItemToObject(fields, "token", show_token(nbt_audited_token_token(audited), args));
    cJSON_AddStringToObject(fields, "state", nbt_token_state_name(nbt_audited_token_state(audited)));
    cJSON *findings = cJSON_AddArrayToObject(fields, "findings");
    for (size_t i = 0; i < nbt_audited_token_findings_len(audited); i++) {
        const char *name = nbt_token_state_name(nbt_audited_token_findings_at(audited, i));
        cJSON_AddItemToArray(findings, cJSON_CreateString(name));
    }
    cJSON_AddStringToObject(fields, "reason", nbt_audited_token_reason(audited));
    return fields;
}

static cJSON *show_user_audit(const nbt_user_audit *audited, const cJSON *args) {
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddItemToObject(fields, "user", show_user(nbt_user_audit_user(audited)));
    cJSON *tokens = cJSON_AddArrayToObject(fields, "tokens");
    for (size_t i = 0; i < nbt_user_audit_tokens_len(audited); i++) {
        cJSON_AddItemToArray(tokens, show_audited(nbt_user_audit_tokens_at(audited, i), args));
    }
    const nbt_error *error = nbt_user_audit_error(audited);
    cJSON_AddItemToObject(fields, "error", error == NULL ? cJSON_CreateNull() : show_error(error));
    return fields;
}

static cJSON *show_summary(const nbt_audit *audit) {
    nbt_audit_summary summary;
    nbt_audit_get_summary(audit, &summary);
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddNumberToObject(fields, "users", (double)summary.users);
    cJSON_AddNumberToObject(fields, "audited", (double)summary.audited);
    cJSON_AddNumberToObject(fields, "failed", (double)summary.failed);
    cJSON_AddNumberToObject(fields, "not_reached", (double)summary.not_reached);
    cJSON_AddNumberToObject(fields, "other_people", (double)summary.other_people);
    cJSON_AddNumberToObject(fields, "tokens", (double)summary.tokens);
    cJSON_AddNumberToObject(fields, "expired", (double)summary.expired);
    cJSON_AddNumberToObject(fields, "expiring", (double)summary.expiring);
    cJSON_AddNumberToObject(fields, "unused", (double)summary.unused);
    cJSON_AddNumberToObject(fields, "never_used", (double)summary.never_used);
    cJSON_AddNumberToObject(fields, "healthy", (double)summary.healthy);
    cJSON_AddBoolToObject(fields, "is_complete", summary.is_complete);
    return fields;
}

static const char *id_of(const cJSON *shown) {
    return text(cJSON_GetObjectItemCaseSensitive(shown, "user"), "id");
}

/* The results, sorted by the user's id. (Inserting into an array loses elements in cJSON 1.7.15.) */
static cJSON *sorted(cJSON *users) {
    cJSON *result = cJSON_CreateArray();
    while (users->child != NULL) {
        cJSON *first = users->child;
        for (cJSON *other = first->next; other != NULL; other = other->next) {
            if (strcmp(id_of(other), id_of(first)) < 0) {
                first = other;
            }
        }
        cJSON_AddItemToArray(result, cJSON_DetachItemViaPointer(users, first));
    }
    cJSON_Delete(users);
    return result;
}

static answer taken(const nbt_audit *audit, const cJSON *args) {
    cJSON *users = cJSON_CreateArray();
    for (;;) {
        nbt_user_audit *audited;
        nbt_error *error;
        if (nbt_audit_next(audit, &audited, &error) != NBT_OK) {
            cJSON_Delete(users);
            return failed(error);
        }
        if (audited == NULL) {
            break;
        }
        cJSON_AddItemToArray(users, show_user_audit(audited, args));
        nbt_user_audit_free(audited);
    }
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddItemToObject(fields, "users", sorted(users));
    cJSON_AddItemToObject(fields, "summary", show_summary(audit));
    return ok(fields);
}

answer audit_tokens(const nbt_client *client, const cJSON *args) {
    nbt_audit_options *options = nbt_audit_options_new();
    if (!read_options(options, args)) {
        nbt_audit_options_free(options);
        return refused("an option has a value that its type does not allow, or there is no such option");
    }
    nbt_audit *audit;
    nbt_error *error;
    nbt_result result = nbt_client_audit_tokens(client, options, &audit, &error);
    nbt_audit_options_free(options);
    if (result != NBT_OK) {
        return failed(error);
    }
    answer given = taken(audit, args);
    nbt_audit_free(audit);
    return given;
}
