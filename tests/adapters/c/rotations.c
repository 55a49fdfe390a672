#include "rotations.h"

#include "secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static nbt_rotation **rotations;
static size_t rotation_count;

static cJSON *show_record(const nbt_rotation_record *record) {
    return cJSON_Parse(nbt_rotation_record_to_json(record));
}

static cJSON *add_record(cJSON *fields, const nbt_rotation *rotation) {
    nbt_rotation_record *record = nbt_rotation_get_record(rotation);
    cJSON_AddItemToObject(fields, "record", show_record(record));
    nbt_rotation_record_free(record);
    return fields;
}

/* What a rotation has made so far. */
static cJSON *progress(const nbt_rotation *rotation, const cJSON *args) {
    cJSON *fields = cJSON_CreateObject();
    const nbt_token *token = nbt_rotation_token(rotation);
    const nbt_secret *plain_token = nbt_rotation_plain_token(rotation);
    nbt_secret *kept = NULL;
    /* The rotation's own may be freed before it is exposed. */
    if (plain_token != NULL && nbt_secret_new(nbt_secret_expose(plain_token, NULL), &kept, NULL) != NBT_OK) {
        die("a secret cannot be kept");
    }
    cJSON_AddItemToObject(fields, "token", token == NULL ? cJSON_CreateNull() : show_token(token, args));
    add_secret(fields, kept);
    return add_record(fields, rotation);
}

static bool is_given(const cJSON *args, const char *key, bool value) {
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(args, key);
    return value ? cJSON_IsTrue(given) : cJSON_IsFalse(given);
}

answer rotate_token(const nbt_client *client, const cJSON *args) {
    int64_t days = NBT_SAME_LIFETIME;
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(args, "expires_in_days");
    if (given != NULL && !whole(given, &days)) {
        return refused("expires_in_days: expected a whole number");
    }
    uint32_t flags = NBT_ROTATE_DEFAULT;
    flags |= is_given(args, "tag", false) ? NBT_ROTATE_NO_TAG : 0;
    flags |= is_given(args, "adopt", true) ? NBT_ROTATE_ADOPT : 0;
    flags |= is_given(args, "prepare_only", true) ? NBT_ROTATE_PREPARE_ONLY : 0;
    nbt_rotation *rotation;
    nbt_error *error;
    if (nbt_client_rotate_token(client, text(args, "token_id"), text(args, "name"), text(args, "new_name"), days, flags,
                                text(args, "user_id"), &rotation, &error) != NBT_OK) {
        return failed(error);
    }
    nbt_rotation **grown = realloc(rotations, (rotation_count + 1) * sizeof *rotations);
    if (grown == NULL) {
        die("out of memory");
    }
    rotations = grown;
    rotations[rotation_count] = rotation;
    char handle[24];
    snprintf(handle, sizeof handle, "%zu", rotation_count++);
    cJSON *begun = progress(rotation, args);
    cJSON_AddStringToObject(begun, "rotation", handle);
    cJSON_AddItemToObject(begun, "old_token", show_token(nbt_rotation_old_token(rotation), args));
    return ok(begun);
}

/* Where the rotation of the handle in the arguments is kept; NULL if there is none. */
static nbt_rotation **find_rotation(const cJSON *args) {
    const char *handle = text(args, "rotation");
    size_t at = handle == NULL ? rotation_count : strtoul(handle, NULL, 10);
    return at < rotation_count && rotations[at] != NULL ? &rotations[at] : NULL;
}

static answer recorded(const nbt_rotation *rotation) {
    return ok(add_record(cJSON_CreateObject(), rotation));
}

bool rotation_command(const char *operation, const cJSON *args, answer *given) {
    static const char prefix[] = "rotation_";
    if (strncmp(operation, prefix, sizeof prefix - 1) != 0) {
        return false;
    }
    const char *command = operation + sizeof prefix - 1;
    nbt_rotation **kept = find_rotation(args);
    nbt_error *error;
    if (kept == NULL) {
        *given = refused("no such rotation");
    } else if (strcmp(command, "create") == 0) {
        *given = nbt_rotation_create(*kept, &error) == NBT_OK ? ok(progress(*kept, args)) : failed(error);
    } else if (strcmp(command, "mark_stored") == 0) {
        nbt_rotation_mark_stored(*kept);
        *given = recorded(*kept);
    } else if (strcmp(command, "commit") == 0) {
        bool keep_old = is_given(args, "keep_old", true);
        *given = nbt_rotation_commit(*kept, keep_old, &error) == NBT_OK ? recorded(*kept) : failed(error);
    } else if (strcmp(command, "abort") == 0) {
        *given = nbt_rotation_abort(*kept, &error) == NBT_OK ? recorded(*kept) : failed(error);
    } else if (strcmp(command, "record") == 0) {
        *given = recorded(*kept);
    } else if (strcmp(command, "drop") == 0) {
        nbt_rotation_free(*kept);
        *kept = NULL;
        *given = ok(cJSON_CreateObject());
    } else {
        return false;
    }
    return true;
}

answer resume_rotation(const nbt_client *client, const cJSON *args) {
    nbt_error *error = NULL;
    nbt_rotation_record *record = NULL;
    nbt_rotation_record *finished = NULL;
    nbt_secret *plain_token = NULL;
    char *json = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(args, "record"));
    const char *secret = text(args, "plain_token");
    nbt_result result = nbt_rotation_record_from_json(json, &record, &error);
    if (result == NBT_OK && secret != NULL) {
        result = nbt_secret_new(secret, &plain_token, &error);
    }
    if (result == NBT_OK) {
        result = nbt_client_resume_rotation(client, record, plain_token, &finished, &error);
    }
    answer given;
    if (result == NBT_OK) {
        given = ok(cJSON_CreateObject());
        cJSON_AddItemToObject(given.ok, "record", show_record(finished));
    } else {
        given = failed(error);
    }
    free(json);
    nbt_secret_free(plain_token);
    nbt_rotation_record_free(record);
    nbt_rotation_record_free(finished);
    return given;
}

void free_all_rotations(void) {
    for (size_t i = 0; i < rotation_count; i++) {
        nbt_rotation_free(rotations[i]);
    }
    free(rotations);
}
