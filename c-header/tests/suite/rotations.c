/* Rotations and audits, against the mock server. */
#define _DEFAULT_SOURCE /* strdup */
#include "check.h"

#include <time.h>

/* A token of the user, to be rotated. */
static char *made(const nbt_client *client, const char *name) {
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    CHECK(nbt_client_create_token(client, name, 30, 0, "robot", &token, &secret, NULL) == NBT_OK);
    char *id = strdup(nbt_token_id(token));
    nbt_token_free(token);
    nbt_secret_free(secret);
    return id;
}

static bool exists(const nbt_client *client, const char *id) {
    nbt_token *token = NULL;
    nbt_error *error = NULL;
    nbt_result result = nbt_client_get_token(client, id, "robot", &token, &error);
    CHECK(result == NBT_OK || result == NBT_NOT_FOUND);
    nbt_token_free(token);
    nbt_error_free(error);
    return result == NBT_OK;
}

static nbt_rotation *begun(const nbt_client *client, const char *id, uint32_t flags) {
    nbt_rotation *rotation = NULL;
    CHECK(nbt_client_rotate_token(client, id, NULL, NULL, NBT_SAME_LIFETIME, flags, "robot", &rotation, NULL) == NBT_OK);
    return rotation;
}

static nbt_rotation_stage stage_of(const nbt_rotation *rotation) {
    nbt_rotation_record *record = nbt_rotation_get_record(rotation);
    nbt_rotation_stage stage = nbt_rotation_record_stage(record);
    nbt_rotation_record_free(record);
    return stage;
}

static void test_commit(const nbt_client *client) {
    char *id = made(client, "deploy");
    nbt_rotation *rotation = begun(client, id, NBT_ROTATE_DEFAULT);
    CHECK_TEXT(nbt_token_id(nbt_rotation_old_token(rotation)), id);
    CHECK(strncmp(nbt_token_name(nbt_rotation_token(rotation)), "deploy #", 8) == 0);
    CHECK(nbt_rotation_token(rotation) == nbt_rotation_token(rotation));
    size_t length = 0;
    CHECK(nbt_secret_expose(nbt_rotation_plain_token(rotation), &length) != NULL && length == 40);
    CHECK(stage_of(rotation) == NBT_ROTATION_STAGE_CREATED);
    nbt_rotation_mark_stored(rotation);
    CHECK(stage_of(rotation) == NBT_ROTATION_STAGE_STORED);
    CHECK(nbt_rotation_commit(rotation, true, NULL) == NBT_OK);
    CHECK(stage_of(rotation) == NBT_ROTATION_STAGE_KEPT && exists(client, id));
    CHECK(nbt_rotation_commit(rotation, false, NULL) == NBT_OK);
    CHECK(stage_of(rotation) == NBT_ROTATION_STAGE_COMMITTED && !exists(client, id));
    CHECK(exists(client, nbt_token_id(nbt_rotation_token(rotation))));
    CHECK(nbt_rotation_abort(rotation, NULL) == NBT_INVALID_ARGUMENT);
    nbt_rotation_free(rotation);
    free(id);
}

static void test_abort(const nbt_client *client) {
    char *id = made(client, "undone");
    nbt_rotation *rotation = begun(client, id, NBT_ROTATE_NO_TAG);
    const nbt_token *token = nbt_rotation_token(rotation);
    const nbt_secret *secret = nbt_rotation_plain_token(rotation);
    CHECK_TEXT(nbt_token_name(token), "undone");
    CHECK(nbt_rotation_abort(rotation, NULL) == NBT_OK);
    CHECK(nbt_rotation_token(rotation) == NULL && nbt_rotation_plain_token(rotation) == NULL);
    /* What was borrowed stays until the rotation is freed. */
    CHECK(!exists(client, nbt_token_id(token)) && exists(client, id));
    CHECK_TEXT(nbt_secret_masked(secret), "nbp_****");
    CHECK(nbt_rotation_commit(rotation, false, NULL) == NBT_INVALID_ARGUMENT);
    nbt_rotation_free(rotation);
    free(id);
}

static void test_prepare_and_resume(const nbt_client *client) {
    char *id = made(client, "resumed");
    nbt_rotation *rotation = begun(client, id, NBT_ROTATE_PREPARE_ONLY);
    CHECK(nbt_rotation_token(rotation) == NULL && nbt_rotation_plain_token(rotation) == NULL);
    CHECK(stage_of(rotation) == NBT_ROTATION_STAGE_PLANNED);
    CHECK(nbt_rotation_commit(rotation, false, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_rotation_create(rotation, NULL) == NBT_OK && nbt_rotation_create(rotation, NULL) == NBT_OK);
    nbt_rotation_record *record = nbt_rotation_get_record(rotation);
    char *successor = strdup(nbt_token_id(nbt_rotation_token(rotation)));
    nbt_secret *secret = NULL;
    CHECK(nbt_secret_new(nbt_secret_expose(nbt_rotation_plain_token(rotation), NULL), &secret, NULL) == NBT_OK);
    nbt_rotation_free(rotation);

    nbt_rotation_record *read = NULL;
    CHECK(nbt_rotation_record_from_json(nbt_rotation_record_to_json(record), &read, NULL) == NBT_OK);
    CHECK_TEXT(nbt_rotation_record_to_json(read), nbt_rotation_record_to_json(record));
    CHECK_TEXT(nbt_rotation_record_management_url(read), needed("NBT_TEST_URL"));
    CHECK_TEXT(nbt_rotation_record_user_id(read), "robot");
    CHECK_TEXT(nbt_rotation_record_old_token_id(read), id);
    CHECK_TEXT(nbt_rotation_record_token_id(read), successor);
    CHECK(strncmp(nbt_rotation_record_token_name(read), "resumed #", 9) == 0);
    CHECK(nbt_rotation_record_is_tagged(read) && !nbt_rotation_record_keep_old(read));

    /* With the secret forwards, without it backwards. */
    nbt_rotation_record *finished = NULL;
    CHECK(nbt_client_resume_rotation(client, read, secret, &finished, NULL) == NBT_OK);
    CHECK(nbt_rotation_record_stage(finished) == NBT_ROTATION_STAGE_COMMITTED);
    CHECK(!exists(client, id) && exists(client, successor));
    nbt_rotation_record_free(finished);
    nbt_rotation_record_free(read);
    nbt_rotation_record_free(record);
    nbt_secret_free(secret);

    rotation = begun(client, successor, NBT_ROTATE_DEFAULT);
    record = nbt_rotation_get_record(rotation);
    CHECK(nbt_client_resume_rotation(client, record, NULL, &finished, NULL) == NBT_OK);
    CHECK_TEXT(nbt_rotation_stage_name(nbt_rotation_record_stage(finished)), "aborted");
    CHECK(exists(client, successor) && !exists(client, nbt_rotation_record_token_id(record)));
    nbt_rotation_record_free(finished);
    nbt_rotation_record_free(record);
    nbt_rotation_free(rotation);
    free(id);
    free(successor);
}

static void count_open(void *count, nbt_log_level level, const char *message) {
    if (level == NBT_LOG_WARNING && strstr(message, "neither committed nor aborted") != NULL) {
        ++*(int *)count;
    }
}

static void test_dropped(const nbt_client *client) {
    int warnings = 0;
    nbt_client_builder *builder = configured();
    CHECK(nbt_client_builder_set_log(builder, count_open, &warnings, NULL) == NBT_OK);
    nbt_client *observed = built(builder);
    char *id = made(client, "dropped");
    nbt_rotation *rotation = begun(observed, id, NBT_ROTATE_DEFAULT);
    /* A rotation outlives the client's handle. */
    nbt_client_free(observed);
    char *successor = strdup(nbt_token_id(nbt_rotation_token(rotation)));
    nbt_rotation_free(rotation);
    CHECK(warnings == 1 && exists(client, id) && exists(client, successor));
    free(id);
    free(successor);
}

static void test_names(const nbt_client *client) {
    char *one = made(client, "twice");
    char *other = made(client, "twice");
    nbt_rotation *rotation = NULL;
    nbt_error *error = NULL;
    CHECK(nbt_client_rotate_token(client, NULL, "twice", NULL, 30, 0, "robot", &rotation, &error) == NBT_CONFLICT);
    CHECK(rotation == NULL && nbt_error_candidate_token_ids_len(error) == 2);
    nbt_error_free(error);
    CHECK(nbt_client_delete_token(client, other, "robot", NULL) == NBT_OK);
    CHECK(nbt_client_rotate_token(client, NULL, "twice", "once", 7, 0, "robot", &rotation, NULL) == NBT_OK);
    CHECK(strncmp(nbt_token_name(nbt_rotation_token(rotation)), "once #", 6) == 0);
    CHECK(nbt_rotation_commit(rotation, false, NULL) == NBT_OK && !exists(client, one));
    nbt_rotation_free(rotation);
    free(one);
    free(other);
}

/* On a server of its own, which answers every user at once. */
static void test_audit(void) {
    nbt_client_builder *builder = configured();
    CHECK(nbt_client_builder_set_management_url(builder, needed("NBT_TEST_AUDIT_URL")) == NBT_OK);
    nbt_client *client = built(builder);
    nbt_audit_options *options = nbt_audit_options_new();
    CHECK(nbt_audit_options_set_expiring_within_ms(options, UINT64_C(60) * 86400 * 1000) == NBT_OK);
    CHECK(nbt_audit_options_set_unused_for_ms(options, UINT64_C(90) * 86400 * 1000) == NBT_OK);
    CHECK(nbt_audit_options_set_concurrency(options, 4) == NBT_OK);
    CHECK(nbt_audit_options_set_time_limit_ms(options, UINT64_C(3600) * 1000) == NBT_OK);
    char *id = made(client, "audited");
    nbt_audit *audit = NULL;
    /* One that is left early ends, in the background: before the next one, so that it is over when the program exits. */
    CHECK(nbt_client_audit_tokens(client, NULL, &audit, NULL) == NBT_OK);
    nbt_audit_free(audit);
    CHECK(nbt_client_audit_tokens(client, options, &audit, NULL) == NBT_OK);
    nbt_audit_options_free(options);
    size_t results = 0;
    size_t tokens = 0;
    bool found = false;
    bool failed = false;
    for (;;) {
        nbt_user_audit *audited = NULL;
        CHECK(nbt_audit_next(audit, &audited, NULL) == NBT_OK);
        if (audited == NULL) {
            break;
        }
        results++;
        int64_t seconds = 0;
        CHECK(nbt_user_audit_as_of(audited, &seconds, NULL) && seconds > time(NULL) - 3600);
        const nbt_error *error = nbt_user_audit_error(audited);
        if (strcmp(nbt_user_id(nbt_user_audit_user(audited)), "broken") == 0) {
            failed = nbt_error_kind(error) == NBT_SERVER_ERROR && nbt_user_audit_tokens_len(audited) == 0;
        }
        for (size_t i = 0; i < nbt_user_audit_tokens_len(audited); i++) {
            const nbt_audited_token *token = nbt_user_audit_tokens_at(audited, i);
            tokens++;
            if (strcmp(nbt_token_id(nbt_audited_token_token(token)), id) == 0) {
                found = true;
                CHECK(nbt_audited_token_state(token) == NBT_TOKEN_STATE_EXPIRING);
                CHECK(nbt_audited_token_findings_len(token) == 2);
                CHECK(nbt_audited_token_findings_at(token, 1) == NBT_TOKEN_STATE_NEVER_USED);
                CHECK(nbt_audited_token_findings_at(token, 2) == NBT_TOKEN_STATE_NONE);
                CHECK(strstr(nbt_audited_token_reason(token), "expires in") != NULL);
            }
        }
        CHECK(nbt_user_audit_tokens_at(audited, nbt_user_audit_tokens_len(audited)) == NULL);
        nbt_user_audit_free(audited);
    }
    nbt_audit_summary summary;
    nbt_audit_get_summary(audit, &summary);
    CHECK(found && failed && summary.failed == 1 && summary.not_reached == 0 && summary.is_complete);
    CHECK(summary.expiring >= 1 && summary.other_people == 1);
    CHECK(summary.users == nbt_audit_user_count(audit));
    CHECK(summary.audited + summary.failed == results && summary.tokens == tokens);
    nbt_audit_free(audit);
    nbt_client_free(client);
    free(id);
}

int main(void) {
    nbt_client *client = built(configured());
    test_commit(client);
    test_abort(client);
    test_prepare_and_resume(client);
    test_dropped(client);
    test_names(client);
    test_audit();
    nbt_client_free(client);
    return verdict();
}
