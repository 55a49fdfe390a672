/* Wrong use of the library: a result code, never a crash. */
#define _DEFAULT_SOURCE

#include "check.h"

#include <dlfcn.h>

/* Not UTF-8. */
#define BAD "\xff\xfe"

static void test_null_objects(void) {
    int64_t seconds = 5;
    uint32_t nanoseconds = 5;
    uint64_t wait = 5;
    size_t length = 5;
    CHECK(nbt_error_kind(NULL) == NBT_OK);
    CHECK_TEXT(nbt_error_message(NULL), "");
    CHECK(nbt_error_status(NULL) == 0);
    CHECK(nbt_error_server_message(NULL) == NULL);
    CHECK(nbt_error_request_id(NULL) == NULL);
    CHECK(!nbt_error_retryable(NULL));
    CHECK(!nbt_error_retry_after(NULL, &wait) && wait == 0);
    CHECK(!nbt_error_retry_after(NULL, NULL));
    CHECK(nbt_error_attempts(NULL) == 0);
    CHECK(nbt_error_candidate_token_ids_len(NULL) == 0);
    CHECK(nbt_error_candidate_token_ids_at(NULL, 0) == NULL);
    CHECK(nbt_error_token_name(NULL) == NULL);
    CHECK(nbt_secret_expose(NULL, &length) == NULL && length == 0);
    CHECK(nbt_secret_expose(NULL, NULL) == NULL);
    CHECK_TEXT(nbt_secret_masked(NULL), "****");
    CHECK(!nbt_secret_equals(NULL, NULL));
    CHECK(nbt_credential_get_kind(NULL) == NBT_CREDENTIAL_NONE);
    CHECK(!nbt_credential_expires_at(NULL, &seconds, &nanoseconds) && seconds == 0 && nanoseconds == 0);
    nbt_cancel_cancel(NULL);
    CHECK(!nbt_cancel_is_cancelled(NULL));
    CHECK(nbt_client_management_url(NULL) == NULL);
    CHECK(nbt_token_id(NULL) == NULL && nbt_token_name(NULL) == NULL);
    CHECK(nbt_token_created_by(NULL) == NULL && nbt_token_user_id(NULL) == NULL);
    seconds = 5;
    CHECK(!nbt_token_expiration_date(NULL, &seconds, NULL) && seconds == 0);
    CHECK(!nbt_token_created_at(NULL, NULL, NULL));
    CHECK(!nbt_token_last_used(NULL, NULL, NULL));
    CHECK(nbt_token_clone(NULL) == NULL);
    CHECK(nbt_token_list_len(NULL) == 0 && nbt_token_list_at(NULL, 0) == NULL);
    CHECK(nbt_user_id(NULL) == NULL && nbt_user_name(NULL) == NULL && nbt_user_email(NULL) == NULL);
    CHECK(nbt_user_role(NULL) == NULL && nbt_user_status(NULL) == NULL);
    CHECK(!nbt_user_is_current(NULL) && !nbt_user_is_service_user(NULL));
    CHECK(!nbt_user_is_blocked(NULL) && !nbt_user_pending_approval(NULL));
    CHECK(!nbt_user_last_login(NULL, NULL, NULL));
    CHECK(nbt_user_clone(NULL) == NULL);
    CHECK(nbt_user_list_len(NULL) == 0 && nbt_user_list_at(NULL, 0) == NULL);
    seconds = 5;
    CHECK(nbt_credential_check_state(NULL) == NBT_CREDENTIAL_STATE_NONE);
    CHECK(nbt_credential_check_kind(NULL) == NBT_CREDENTIAL_NONE);
    CHECK(nbt_credential_check_user(NULL) == NULL && nbt_credential_check_token(NULL) == NULL);
    CHECK(nbt_credential_check_error(NULL) == NULL);
    CHECK(!nbt_credential_check_expires_at(NULL, &seconds, NULL) && seconds == 0);
}

static void test_null_rotations_and_audits(void) {
    int64_t seconds = 5;
    nbt_audit_summary summary;
    memset(&summary, 1, sizeof summary);
    CHECK(nbt_rotation_old_token(NULL) == NULL && nbt_rotation_token(NULL) == NULL);
    CHECK(nbt_rotation_plain_token(NULL) == NULL && nbt_rotation_get_record(NULL) == NULL);
    nbt_rotation_mark_stored(NULL);
    CHECK(nbt_rotation_record_to_json(NULL) == NULL && nbt_rotation_record_management_url(NULL) == NULL);
    CHECK(nbt_rotation_record_user_id(NULL) == NULL && nbt_rotation_record_old_token_id(NULL) == NULL);
    CHECK(nbt_rotation_record_token_name(NULL) == NULL && nbt_rotation_record_token_id(NULL) == NULL);
    CHECK(!nbt_rotation_record_is_tagged(NULL) && !nbt_rotation_record_keep_old(NULL));
    CHECK(nbt_rotation_record_stage(NULL) == NBT_ROTATION_STAGE_NONE);
    CHECK_TEXT(nbt_rotation_stage_name(99), "none");
    CHECK_TEXT(nbt_token_state_name(99), "none");
    CHECK(nbt_audit_user_count(NULL) == 0);
    nbt_audit_get_summary(NULL, &summary);
    CHECK(summary.users == 0 && summary.tokens == 0 && !summary.is_complete);
    nbt_audit_get_summary(NULL, NULL);
    CHECK(nbt_audit_options_set_expiring_within_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_audit_options_set_unused_for_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_audit_options_set_concurrency(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_audit_options_set_time_limit_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_user_audit_user(NULL) == NULL && nbt_user_audit_error(NULL) == NULL);
    CHECK(nbt_user_audit_tokens_len(NULL) == 0 && nbt_user_audit_tokens_at(NULL, 0) == NULL);
    CHECK(!nbt_user_audit_as_of(NULL, &seconds, NULL) && seconds == 0);
    CHECK(nbt_audited_token_token(NULL) == NULL && nbt_audited_token_reason(NULL) == NULL);
    CHECK(nbt_audited_token_state(NULL) == NBT_TOKEN_STATE_NONE && nbt_audited_token_findings_len(NULL) == 0);
    CHECK(nbt_audited_token_findings_at(NULL, 0) == NBT_TOKEN_STATE_NONE);
}

static void test_null_logins(void) {
    int64_t seconds = 5;
    uint32_t nanoseconds = 5;
    CHECK(nbt_device_login_verification_uri(NULL) == NULL && nbt_device_login_user_code(NULL) == NULL);
    CHECK(nbt_device_login_verification_uri_complete(NULL) == NULL);
    CHECK(!nbt_device_login_expires_at(NULL, &seconds, &nanoseconds) && seconds == 0 && nanoseconds == 0);
    CHECK(nbt_device_login_interval_ms(NULL) == 0);
    CHECK(nbt_login_session_management_url(NULL) == NULL && nbt_login_session_issuer(NULL) == NULL);
    CHECK(!nbt_login_session_expires_at(NULL, NULL, NULL) && !nbt_login_session_needs_refresh(NULL));
    CHECK(nbt_login_session_get_credential(NULL) == NULL && nbt_login_session_export(NULL) == NULL);
    nbt_login_session_refresh_on_request(NULL);
    CHECK(nbt_login_options_set_issuer(NULL, "https://x") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_login_options_set_client_id(NULL, "x") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_login_options_set_audience(NULL, "x") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_login_options_set_scope(NULL, "x") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_login_options_set_endpoint_host(NULL, "x") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_login_options_set_cancel(NULL, NULL) == NBT_INVALID_ARGUMENT);
    nbt_login_options *options = nbt_login_options_new();
    CHECK(nbt_login_options_set_cancel(options, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_login_options_set_issuer(options, NULL) == NBT_INVALID_ARGUMENT);
    nbt_login_options_free(options);
}

static void test_free_of_null(void) {
    nbt_error_free(NULL);
    nbt_secret_free(NULL);
    nbt_credential_free(NULL);
    nbt_cancel_free(NULL);
    nbt_client_builder_free(NULL);
    nbt_client_free(NULL);
    nbt_token_free(NULL);
    nbt_token_list_free(NULL);
    nbt_user_free(NULL);
    nbt_user_list_free(NULL);
    nbt_credential_check_free(NULL);
    nbt_rotation_free(NULL);
    nbt_rotation_record_free(NULL);
    nbt_audit_options_free(NULL);
    nbt_audit_free(NULL);
    nbt_user_audit_free(NULL);
    nbt_login_options_free(NULL);
    nbt_device_login_free(NULL);
    nbt_login_session_free(NULL);
}

/* Each call fails with NBT_INVALID_ARGUMENT, with and without a place for the error, and the error says what is wrong. */
#define REFUSED(call_with_error, word)                            \
    do {                                                          \
        nbt_error *error = NULL;                                  \
        nbt_error **place = NULL;                                 \
        CHECK((call_with_error) == NBT_INVALID_ARGUMENT);         \
        place = &error;                                           \
        CHECK((call_with_error) == NBT_INVALID_ARGUMENT);         \
        CHECK(nbt_error_kind(error) == NBT_INVALID_ARGUMENT);     \
        CHECK(strstr(nbt_error_message(error), (word)) != NULL);  \
        nbt_error_free(error);                                    \
    } while (0)

static void test_null_and_bad_arguments(const nbt_client *client) {
    nbt_secret *secret = NULL;
    nbt_credential *credential = NULL;
    nbt_client *other = NULL;
    nbt_token *token = NULL;
    nbt_token_list *tokens = NULL;
    nbt_user *user = NULL;
    nbt_user_list *users = NULL;
    nbt_credential_check *check = NULL;
    nbt_device_login *login = NULL;
    nbt_login_session *session = NULL;
    bool expired = true;
    bool finished = true;
    int64_t days = 5;

    REFUSED(nbt_start_login(NULL, NULL, &login, place), "builder is NULL");
    REFUSED(nbt_start_login(NULL, NULL, NULL, place), "out is NULL");
    REFUSED(nbt_device_login_poll(NULL, &session, place), "login is NULL");
    REFUSED(nbt_device_login_poll(NULL, NULL, place), "out is NULL");
    REFUSED(nbt_device_login_wait(NULL, &session, place), "login is NULL");
    REFUSED(nbt_device_login_with_cancel(NULL, NULL, &login, place), "login is NULL");
    REFUSED(nbt_login_session_restore(NULL, NULL, &session, place), "text is NULL");
    REFUSED(nbt_login_session_restore("{}", NULL, &session, place), "builder is NULL");
    REFUSED(nbt_login_session_refresh(NULL, place), "session is NULL");
    REFUSED(nbt_login_session_with_cancel(NULL, NULL, &session, place), "session is NULL");
    REFUSED(nbt_secret_new(NULL, &secret, place), "text is NULL");
    REFUSED(nbt_secret_new("x", NULL, place), "out is NULL");
    REFUSED(nbt_secret_new(BAD, &secret, place), "UTF-8");
    REFUSED(nbt_credential_new_pat(NULL, &credential, place), "text is NULL");
    REFUSED(nbt_credential_new_bearer(NULL, &credential, place), "text is NULL");
    REFUSED(nbt_credential_new_detect(NULL, NULL, place), "out is NULL");
    REFUSED(nbt_credential_new_detect(BAD, &credential, place), "UTF-8");
    REFUSED(nbt_client_builder_build(NULL, &other, place), "builder is NULL");
    REFUSED(nbt_client_from_env(NULL, place), "out is NULL");
    REFUSED(nbt_client_set_credential(NULL, NULL, place), "client is NULL");
    REFUSED(nbt_client_set_credential(client, NULL, place), "credential is NULL");
    REFUSED(nbt_client_with_timeout_ms(NULL, 1, &other, place), "client is NULL");
    REFUSED(nbt_client_with_timeout_ms(client, 1, NULL, place), "out is NULL");
    REFUSED(nbt_client_with_cancel(client, NULL, &other, place), "cancel is NULL");
    REFUSED(nbt_client_list_tokens(NULL, NULL, &tokens, place), "client is NULL");
    REFUSED(nbt_client_list_tokens(client, NULL, NULL, place), "out is NULL");
    REFUSED(nbt_client_list_tokens(client, BAD, &tokens, place), "user_id is not valid UTF-8");
    REFUSED(nbt_client_get_token(NULL, "x", NULL, &token, place), "client is NULL");
    REFUSED(nbt_client_get_token(client, NULL, NULL, &token, place), "token_id is NULL");
    REFUSED(nbt_client_get_token(client, BAD, NULL, &token, place), "token_id is not valid UTF-8");
    REFUSED(nbt_client_get_token(client, "x", NULL, NULL, place), "out is NULL");
    REFUSED(nbt_client_create_token(NULL, "x", 1, 0, NULL, &token, &secret, place), "client is NULL");
    REFUSED(nbt_client_create_token(client, NULL, 1, 0, NULL, &token, &secret, place), "name is NULL");
    REFUSED(nbt_client_create_token(client, BAD, 1, 0, NULL, &token, &secret, place), "name is not valid UTF-8");
    REFUSED(nbt_client_create_token(client, "x", 1, 0, "robot", NULL, &secret, place), "token is NULL");
    REFUSED(nbt_client_create_token(client, "x", 1, 0, "robot", &token, NULL, place), "plain_token is NULL");
    REFUSED(nbt_client_create_token(client, "x", INT64_MIN, 0, "robot", &token, &secret, place), "365");
    REFUSED(nbt_client_create_token(client, "x", 1, 2, "robot", &token, &secret, place), "flags");
    REFUSED(nbt_client_delete_token(NULL, "x", NULL, place), "client is NULL");
    REFUSED(nbt_client_delete_token(client, NULL, NULL, place), "token_id is NULL");
    REFUSED(nbt_client_current_user(NULL, &user, place), "client is NULL");
    REFUSED(nbt_client_current_user(client, NULL, place), "out is NULL");
    REFUSED(nbt_client_list_users(NULL, &users, place), "client is NULL");
    REFUSED(nbt_client_list_users(client, NULL, place), "out is NULL");
    REFUSED(nbt_client_check_credential(NULL, &check, place), "client is NULL");
    REFUSED(nbt_client_check_credential(client, NULL, place), "out is NULL");
    REFUSED(nbt_client_close(NULL, &finished, place), "client is NULL");
    REFUSED(nbt_client_with_timeout_ms(client, 0, &other, place), "timeout is zero");
    REFUSED(nbt_client_with_timeout_ms(client, UINT64_MAX, &other, place), "timeout is longer than a day");
    REFUSED(nbt_client_get_token(client, needed("NBT_TEST_PAT"), "robot", &token, place), "looks like");
    REFUSED(nbt_token_is_expired(NULL, 0, 0, &expired, place), "token is NULL");
    REFUSED(nbt_token_is_expired(NULL, 0, 0, NULL, place), "out is NULL");
    REFUSED(nbt_token_days_left(NULL, 0, 0, &days, place), "token is NULL");
    REFUSED(nbt_token_days_left(NULL, 0, 0, NULL, place), "out is NULL");
    CHECK(secret == NULL && credential == NULL && other == NULL && token == NULL && tokens == NULL);
    CHECK(user == NULL && users == NULL && check == NULL && !expired && !finished && days == 0);
}

static void test_bad_rotations_and_audits(const nbt_client *client) {
    nbt_rotation *rotation = NULL;
    nbt_rotation_record *record = NULL;
    nbt_audit *audit = NULL;
    nbt_user_audit *audited = NULL;
    nbt_audit_options *options = nbt_audit_options_new();
    REFUSED(nbt_client_rotate_token(NULL, "x", NULL, NULL, 1, 0, NULL, &rotation, place), "client is NULL");
    REFUSED(nbt_client_rotate_token(client, "x", NULL, NULL, 1, 0, NULL, NULL, place), "out is NULL");
    REFUSED(nbt_client_rotate_token(client, NULL, NULL, NULL, 1, 0, NULL, &rotation, place), "which token");
    REFUSED(nbt_client_rotate_token(client, "x", "x", NULL, 1, 0, NULL, &rotation, place), "both");
    REFUSED(nbt_client_rotate_token(client, BAD, NULL, NULL, 1, 0, NULL, &rotation, place), "token_id is not valid");
    REFUSED(nbt_client_rotate_token(client, "x", NULL, BAD, 1, 0, NULL, &rotation, place), "new_name is not valid");
    REFUSED(nbt_client_rotate_token(client, "x", NULL, NULL, 0, 0, NULL, &rotation, place), "365");
    REFUSED(nbt_client_rotate_token(client, "x", NULL, NULL, 1, 8, NULL, &rotation, place), "flags");
    REFUSED(nbt_rotation_create(NULL, place), "rotation is NULL");
    REFUSED(nbt_rotation_commit(NULL, false, place), "rotation is NULL");
    REFUSED(nbt_rotation_abort(NULL, place), "rotation is NULL");
    REFUSED(nbt_rotation_record_from_json(NULL, &record, place), "json is NULL");
    REFUSED(nbt_rotation_record_from_json("{}", &record, place), "not a rotation record");
    REFUSED(nbt_rotation_record_from_json("{}", NULL, place), "out is NULL");
    REFUSED(nbt_client_resume_rotation(client, NULL, NULL, &record, place), "record is NULL");
    REFUSED(nbt_client_audit_tokens(NULL, NULL, &audit, place), "client is NULL");
    REFUSED(nbt_client_audit_tokens(client, NULL, NULL, place), "out is NULL");
    REFUSED(nbt_audit_next(NULL, &audited, place), "audit is NULL");
    REFUSED(nbt_audit_next(NULL, NULL, place), "out is NULL");
    CHECK(nbt_audit_options_set_concurrency(options, 65) == NBT_OK);
    REFUSED(nbt_client_audit_tokens(client, options, &audit, place), "concurrency is 65");
    nbt_audit_options_free(options);
    CHECK(rotation == NULL && record == NULL && audit == NULL && audited == NULL);
}

static void test_builder(void) {
    nbt_client *client = NULL;
    nbt_error *error = NULL;
    CHECK(nbt_client_builder_set_management_url(NULL, "http://127.0.0.1") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_credential(NULL, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_from_env(NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_connect_timeout_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_read_timeout_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_timeout_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_max_retries(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_retry_base_delay_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_retry_max_delay_ms(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_max_response_bytes(NULL, 1) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_allow_insecure_http(NULL, true) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_ca_pem(NULL, "") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_proxy(NULL, "") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_proxy_from_env(NULL, true) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_user_agent(NULL, "") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_token_file(NULL, "") == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_on_unknown(NULL, NBT_ON_UNKNOWN_REPORT) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_log(NULL, NULL, NULL, NULL) == NBT_INVALID_ARGUMENT);

    /* The build reports what a setter refused: the first of it. */
    nbt_client_builder *builder = nbt_client_builder_new();
    CHECK(nbt_client_builder_set_user_agent(builder, BAD) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_on_unknown(builder, 77) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_proxy(builder, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_ca_pem(builder, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_set_credential(builder, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_build(builder, &client, &error) == NBT_INVALID_ARGUMENT);
    CHECK(strstr(nbt_error_message(error), "user_agent is not valid UTF-8") != NULL);
    nbt_error_free(error);
    nbt_client_builder_free(builder);

    /* No credential; and a builder can be used only once. */
    builder = nbt_client_builder_new();
    CHECK(nbt_client_builder_build(builder, NULL, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_client_builder_build(builder, &client, NULL) == NBT_CONFIGURATION);
    CHECK(nbt_client_builder_build(builder, &client, &error) == NBT_INVALID_ARGUMENT);
    CHECK(strstr(nbt_error_message(error), "already") != NULL);
    CHECK(nbt_client_builder_set_max_retries(builder, 1) == NBT_INVALID_ARGUMENT);
    nbt_error_free(error);
    nbt_client_builder_free(builder);
    CHECK(client == NULL);
}

/* Builds with one option, which is refused by its name. */
#define OPTION_REFUSED(setter, value, name)                                          \
    do {                                                                             \
        nbt_client_builder *builder = configured();                                  \
        nbt_client *client = NULL;                                                   \
        nbt_error *error = NULL;                                                     \
        CHECK(setter(builder, (value)) == NBT_OK);                                   \
        CHECK(nbt_client_builder_build(builder, &client, &error) == NBT_INVALID_ARGUMENT); \
        CHECK(client == NULL && strstr(nbt_error_message(error), (name)) != NULL);   \
        nbt_error_free(error);                                                       \
        nbt_client_builder_free(builder);                                            \
    } while (0)

static void test_extreme_values(void) {
    OPTION_REFUSED(nbt_client_builder_set_connect_timeout_ms, UINT64_MAX, "connect_timeout");
    OPTION_REFUSED(nbt_client_builder_set_connect_timeout_ms, 0, "connect_timeout");
    OPTION_REFUSED(nbt_client_builder_set_read_timeout_ms, UINT64_MAX, "read_timeout");
    OPTION_REFUSED(nbt_client_builder_set_timeout_ms, UINT64_MAX, "timeout");
    OPTION_REFUSED(nbt_client_builder_set_timeout_ms, 0, "timeout");
    OPTION_REFUSED(nbt_client_builder_set_retry_base_delay_ms, UINT64_MAX, "retry_base_delay");
    OPTION_REFUSED(nbt_client_builder_set_retry_max_delay_ms, UINT64_MAX, "retry_max_delay");
    OPTION_REFUSED(nbt_client_builder_set_max_response_bytes, 0, "max_response_bytes");
    OPTION_REFUSED(nbt_client_builder_set_user_agent, "a\nb", "user_agent");
    OPTION_REFUSED(nbt_client_builder_set_token_file, "", "token_file");

    const uint64_t day = 86400000;
    nbt_client *client = NULL;
    nbt_token_list *list = NULL;
    nbt_client_builder *builder = configured();
    CHECK(nbt_client_builder_set_connect_timeout_ms(builder, day) == NBT_OK);
    CHECK(nbt_client_builder_set_read_timeout_ms(builder, day) == NBT_OK);
    CHECK(nbt_client_builder_set_timeout_ms(builder, day) == NBT_OK);
    CHECK(nbt_client_builder_set_max_retries(builder, UINT32_MAX) == NBT_OK);
    CHECK(nbt_client_builder_set_retry_base_delay_ms(builder, day) == NBT_OK);
    CHECK(nbt_client_builder_set_retry_max_delay_ms(builder, day) == NBT_OK);
    CHECK(nbt_client_builder_set_max_response_bytes(builder, SIZE_MAX) == NBT_OK);
    CHECK(nbt_client_builder_build(builder, &client, NULL) == NBT_OK);
    CHECK(nbt_client_list_tokens(client, "empty", &list, NULL) == NBT_OK);
    nbt_token_list_free(list);
    nbt_client *hasty = NULL;
    CHECK(nbt_client_with_timeout_ms(client, 1, &hasty, NULL) == NBT_OK);
    CHECK(nbt_client_list_tokens(hasty, "slow", &list, NULL) == NBT_TIMEOUT);
    nbt_client_free(hasty);
    nbt_client_free(client);
    nbt_client_builder_free(builder);
}

static void test_odd_texts(const nbt_client *client) {
    enum { LONG = 4 * 1024 * 1024 };
    char *text = malloc(LONG + 1);
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_credential *credential = NULL;
    nbt_error *error = NULL;
    if (text == NULL) {
        exit(2);
    }
    memset(text, 'a', LONG);
    text[LONG] = '\0';
    CHECK(nbt_client_get_token(client, text, "robot", &token, &error) != NBT_OK);
    CHECK(strlen(nbt_error_message(error)) < 4096);
    nbt_error_free(error);
    CHECK(nbt_client_list_tokens(client, text, NULL, NULL) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_credential_new_pat(text, &credential, &error) == NBT_INVALID_CREDENTIAL);
    nbt_error_free(error);
    CHECK(nbt_secret_new(text, &secret, NULL) == NBT_OK);
    nbt_secret_free(secret);
    nbt_client_builder *builder = nbt_client_builder_new();
    nbt_client *other = NULL;
    CHECK(nbt_client_builder_set_management_url(builder, text) == NBT_OK);
    CHECK(nbt_client_builder_set_proxy(builder, text) == NBT_OK);
    CHECK(nbt_client_builder_set_ca_pem(builder, text) == NBT_OK);
    CHECK(nbt_client_builder_build(builder, &other, &error) != NBT_OK);
    nbt_error_free(error);
    nbt_client_builder_free(builder);
    free(text);

    const char *const refused[] = {"", ".", "..", "a/b", "a\nb", "a\x01" "b", "a\x7f" "b"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        CHECK(nbt_client_get_token(client, refused[i], "robot", &token, NULL) == NBT_INVALID_ARGUMENT);
        CHECK(nbt_client_delete_token(client, "x", refused[i], NULL) == NBT_INVALID_ARGUMENT);
    }
}

/* A program may load the library and unload it while its thread is running. */
static void test_dlclose(void) {
    for (int i = 0; i < 3; i++) {
        void *library = dlopen(needed("NBT_TEST_LIBRARY"), RTLD_NOW | RTLD_LOCAL);
        CHECK(library != NULL);
        if (library != NULL) {
            CHECK(dlsym(library, "nbt_client_list_tokens") != NULL);
            dlclose(library);
        }
    }
}

int main(void) {
    nbt_client *client = built(configured());
    test_null_objects();
    test_null_rotations_and_audits();
    test_null_logins();
    test_free_of_null();
    test_null_and_bad_arguments(client);
    test_bad_rotations_and_audits(client);
    test_builder();
    test_extreme_values();
    test_odd_texts(client);
    test_dlclose();
    nbt_client_free(client);
    return verdict();
}
