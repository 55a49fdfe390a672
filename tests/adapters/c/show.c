#define _DEFAULT_SOURCE /* timegm */

#include "show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *text(const cJSON *fields, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(fields, key));
}

bool whole(const cJSON *value, int64_t *number) {
    if (!cJSON_IsNumber(value) || value->valuedouble != floor(value->valuedouble) || fabs(value->valuedouble) > 9e15) {
        return false;
    }
    *number = (int64_t)value->valuedouble;
    return true;
}

void die(const char *what) {
    fprintf(stderr, "adapter_c: %s\n", what);
    exit(1);
}

static void add_text(cJSON *object, const char *key, const char *given) {
    cJSON_AddItemToObject(object, key, given == NULL ? cJSON_CreateNull() : cJSON_CreateString(given));
}

cJSON *show_error(const nbt_error *error) {
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
    uint64_t wait = 0;
    bool waits = nbt_error_retry_after(error, &wait);
    cJSON_AddItemToObject(fields, "retry_after_ms", waits ? cJSON_CreateNumber((double)wait) : cJSON_CreateNull());
    cJSON_AddNumberToObject(fields, "attempts", nbt_error_attempts(error));
    cJSON *candidates = cJSON_AddArrayToObject(fields, "candidate_token_ids");
    for (size_t i = 0; i < nbt_error_candidate_token_ids_len(error); i++) {
        cJSON_AddItemToArray(candidates, cJSON_CreateString(nbt_error_candidate_token_ids_at(error, i)));
    }
    add_text(fields, "token_name", nbt_error_token_name(error));
    return fields;
}

cJSON *show_time(int64_t seconds, uint32_t nanoseconds) {
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

cJSON *show_token(const nbt_token *token, const cJSON *args) {
    int64_t seconds;
    uint32_t nanoseconds;
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "id", nbt_token_id(token));
    cJSON_AddStringToObject(fields, "name", nbt_token_name(token));
    nbt_token_expiration_date(token, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "expiration_date", show_time(seconds, nanoseconds));
    nbt_token_created_at(token, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "created_at", show_time(seconds, nanoseconds));
    cJSON_AddStringToObject(fields, "created_by", nbt_token_created_by(token));
    bool used = nbt_token_last_used(token, &seconds, &nanoseconds);
    cJSON_AddItemToObject(fields, "last_used", used ? show_time(seconds, nanoseconds) : cJSON_CreateNull());
    cJSON_AddStringToObject(fields, "user_id", nbt_token_user_id(token));
    const char *now = text(args, "now");
    if (now != NULL) {
        bool expired;
        int64_t days;
        if (!read_moment(now, &seconds, &nanoseconds) ||
            nbt_token_is_expired(token, seconds, nanoseconds, &expired, NULL) != NBT_OK ||
            nbt_token_days_left(token, seconds, nanoseconds, &days, NULL) != NBT_OK) {
            die("now is not a time");
        }
        cJSON_AddBoolToObject(fields, "is_expired", expired);
        cJSON_AddNumberToObject(fields, "days_left", (double)days);
    }
    return fields;
}

cJSON *show_user(const nbt_user *user) {
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
    cJSON_AddItemToObject(fields, "last_login", logged_in ? show_time(seconds, nanoseconds) : cJSON_CreateNull());
    return fields;
}

cJSON *show_check(const nbt_credential_check *check, const cJSON *args) {
    const nbt_user *user = nbt_credential_check_user(check);
    const nbt_token *token = nbt_credential_check_token(check);
    const nbt_error *error = nbt_credential_check_error(check);
    int64_t seconds;
    uint32_t nanoseconds;
    bool expires = nbt_credential_check_expires_at(check, &seconds, &nanoseconds);
    bool is_pat = nbt_credential_check_kind(check) == NBT_CREDENTIAL_PAT;
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, "state", nbt_credential_state_name(nbt_credential_check_state(check)));
    cJSON_AddStringToObject(fields, "kind", is_pat ? "pat" : "bearer");
    cJSON_AddItemToObject(fields, "user", user == NULL ? cJSON_CreateNull() : show_user(user));
    cJSON_AddItemToObject(fields, "token", token == NULL ? cJSON_CreateNull() : show_token(token, args));
    cJSON_AddItemToObject(fields, "expires_at", expires ? show_time(seconds, nanoseconds) : cJSON_CreateNull());
    cJSON_AddItemToObject(fields, "error", error == NULL ? cJSON_CreateNull() : show_error(error));
    return fields;
}
