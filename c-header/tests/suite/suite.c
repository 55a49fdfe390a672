/* Correct use of the library. What becomes of lost and interrupted creates is in creates.c. */
#define _DEFAULT_SOURCE

#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void test_version(void) {
    char expected[32];
    snprintf(expected, sizeof expected, "%d.%d.%d", NBT_VERSION_MAJOR, NBT_VERSION_MINOR, NBT_VERSION_PATCH);
    CHECK_TEXT(nbt_version(), expected);
    CHECK_TEXT(NBT_VERSION, expected);
    CHECK(nbt_version_number() == NBT_VERSION_NUMBER);
    CHECK(NBT_VERSION_NUMBER == NBT_VERSION_MAJOR * 65536 + NBT_VERSION_MINOR * 256 + NBT_VERSION_PATCH);
}

static void test_names(void) {
    CHECK_TEXT(nbt_result_name(NBT_OK), "ok");
    CHECK_TEXT(nbt_result_name(NBT_NOT_FOUND), "not_found");
    CHECK_TEXT(nbt_result_name(NBT_INTERNAL), "internal");
    CHECK_TEXT(nbt_result_name(12345), "unknown");
    CHECK_TEXT(nbt_credential_state_name(NBT_CREDENTIAL_STATE_PENDING_APPROVAL), "pending_approval");
    CHECK_TEXT(nbt_credential_state_name(NBT_CREDENTIAL_STATE_NONE), "none");
    CHECK_TEXT(nbt_credential_state_name(12345), "none");
}

static void test_credentials(void) {
    nbt_credential *credential = NULL;
    nbt_error *error = NULL;
    int64_t seconds = 7;
    uint32_t nanoseconds = 7;
    CHECK(nbt_credential_new_detect("  Token nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\n", &credential, &error) == NBT_OK);
    CHECK(error == NULL);
    CHECK(nbt_credential_get_kind(credential) == NBT_CREDENTIAL_PAT);
    CHECK(!nbt_credential_expires_at(credential, &seconds, &nanoseconds));
    CHECK(seconds == 0 && nanoseconds == 0);
    nbt_credential_free(credential);

    /* {"alg":"HS256"} . {"exp":4102444800} */
    CHECK(nbt_credential_new_bearer("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln", &credential, &error) == NBT_OK);
    CHECK(nbt_credential_get_kind(credential) == NBT_CREDENTIAL_BEARER);
    CHECK(nbt_credential_expires_at(credential, &seconds, &nanoseconds));
    CHECK(seconds == 4102444800 && nanoseconds == 0);
    nbt_credential_free(credential);

    CHECK(nbt_credential_new_pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCx", &credential, &error) ==
          NBT_INVALID_CREDENTIAL);
    CHECK(credential == NULL);
    CHECK(nbt_error_kind(error) == NBT_INVALID_CREDENTIAL);
    CHECK(strstr(nbt_error_message(error), "checksum") != NULL);
    CHECK(strstr(nbt_error_message(error), "nbp_abc") == NULL);
    nbt_error_free(error);
}

static void test_secret(void) {
    nbt_secret *one = NULL;
    nbt_secret *same = NULL;
    nbt_secret *other = NULL;
    size_t length = 0;
    CHECK(nbt_secret_new("nbp_one", &one, NULL) == NBT_OK);
    CHECK(nbt_secret_new("nbp_one", &same, NULL) == NBT_OK);
    CHECK(nbt_secret_new("else", &other, NULL) == NBT_OK);
    CHECK_TEXT(nbt_secret_expose(one, &length), "nbp_one");
    CHECK(length == 7);
    CHECK_TEXT(nbt_secret_masked(one), "nbp_****");
    CHECK_TEXT(nbt_secret_masked(other), "****");
    CHECK(nbt_secret_equals(one, same));
    CHECK(!nbt_secret_equals(one, other));
    nbt_secret_free(one);
    nbt_secret_free(same);
    nbt_secret_free(other);
}

static void test_operations(const nbt_client *client) {
    nbt_user *me = NULL;
    CHECK_TEXT(nbt_client_management_url(client), needed("NBT_TEST_URL"));
    CHECK(nbt_client_current_user(client, &me, NULL) == NBT_OK);
    CHECK_TEXT(nbt_user_id(me), "ada");
    CHECK_TEXT(nbt_user_role(me), "owner");
    CHECK_TEXT(nbt_user_status(me), "active");
    CHECK(nbt_user_is_current(me));
    CHECK(!nbt_user_is_service_user(me) && !nbt_user_is_blocked(me) && !nbt_user_pending_approval(me));
    nbt_user_free(me);

    nbt_user_list *users = NULL;
    CHECK(nbt_client_list_users(client, &users, NULL) == NBT_OK);
    CHECK(nbt_user_list_len(users) >= 2);
    CHECK(nbt_user_list_at(users, nbt_user_list_len(users)) == NULL);
    nbt_user *kept = nbt_user_clone(nbt_user_list_at(users, 0));
    char *first = strdup(nbt_user_id(nbt_user_list_at(users, 0)));
    nbt_user_list_free(users);
    CHECK_TEXT(nbt_user_id(kept), first);
    free(first);
    nbt_user_free(kept);

    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_error *error = NULL;
    CHECK(nbt_client_create_token(client, "suite \xc3\xa4", 30, 0, "robot", &token, &secret, &error) == NBT_OK);
    CHECK_TEXT(nbt_token_name(token), "suite \xc3\xa4");
    CHECK_TEXT(nbt_token_user_id(token), "robot");
    CHECK_TEXT(nbt_token_created_by(token), "ada");
    CHECK_TEXT(nbt_secret_masked(secret), "nbp_****");
    CHECK(strlen(nbt_secret_expose(secret, NULL)) == 40);
    int64_t created = 0;
    int64_t expires = 0;
    CHECK(nbt_token_created_at(token, &created, NULL));
    CHECK(nbt_token_expiration_date(token, &expires, NULL));
    CHECK(!nbt_token_last_used(token, NULL, NULL));
    int64_t days = 0;
    bool expired = true;
    CHECK(nbt_token_days_left(token, created, 0, &days, NULL) == NBT_OK);
    CHECK(days == 29 || days == 30);
    CHECK(nbt_token_is_expired(token, created, 0, &expired, NULL) == NBT_OK && !expired);
    CHECK(nbt_token_is_expired(token, expires + 1, 0, &expired, NULL) == NBT_OK && expired);
    CHECK(nbt_token_is_expired(token, INT64_MAX, 0, &expired, &error) == NBT_INVALID_ARGUMENT && !expired);
    nbt_error_free(error);

    /* The new token authenticates. */
    nbt_credential *credential = NULL;
    CHECK(nbt_credential_new_pat(nbt_secret_expose(secret, NULL), &credential, NULL) == NBT_OK);
    nbt_client *robot = built(configured());
    CHECK(nbt_client_set_credential(robot, credential, NULL) == NBT_OK);
    nbt_user *self = NULL;
    CHECK(nbt_client_current_user(robot, &self, NULL) == NBT_OK);
    CHECK_TEXT(nbt_user_id(self), "robot");
    CHECK(nbt_user_is_service_user(self));
    CHECK(!nbt_user_last_login(self, NULL, NULL));
    nbt_user_free(self);
    nbt_client_free(robot);
    nbt_credential_free(credential);
    nbt_secret_free(secret);

    nbt_token *same = NULL;
    CHECK(nbt_client_get_token(client, nbt_token_id(token), "robot", &same, NULL) == NBT_OK);
    CHECK_TEXT(nbt_token_id(same), nbt_token_id(token));
    CHECK(nbt_token_last_used(same, &created, NULL) && created > 0);
    nbt_token_free(same);
    CHECK(nbt_client_delete_token(client, nbt_token_id(token), "robot", NULL) == NBT_OK);
    CHECK(nbt_client_get_token(client, nbt_token_id(token), "robot", &same, &error) == NBT_NOT_FOUND);
    CHECK(same == NULL);
    CHECK(nbt_error_kind(error) == NBT_NOT_FOUND);
    CHECK(nbt_error_status(error) == 404);
    CHECK(nbt_error_server_message(error) != NULL);
    CHECK(nbt_error_request_id(error) != NULL);
    CHECK(nbt_error_attempts(error) == 1);
    CHECK(!nbt_error_retryable(error));
    CHECK(!nbt_error_retry_after(error, NULL));
    CHECK(nbt_error_candidate_token_ids_len(error) == 0);
    nbt_error_free(error);
    nbt_token_free(token);
}

static void test_lists(const nbt_client *client) {
    nbt_token_list *list = NULL;
    CHECK(nbt_client_list_tokens(client, "odd", &list, NULL) == NBT_OK);
    CHECK(nbt_token_list_len(list) == 1);
    const nbt_token *token = nbt_token_list_at(list, 0);
    /* A NUL within a text would cut it short. */
    CHECK_TEXT(nbt_token_name(token), "a\xef\xbf\xbd" "b");
    int64_t seconds = 1;
    uint32_t nanoseconds = 1;
    CHECK(nbt_token_expiration_date(token, &seconds, &nanoseconds));
    CHECK(seconds == -62135596800 && nanoseconds == 0);
    CHECK(nbt_token_created_at(token, &seconds, &nanoseconds));
    CHECK(seconds == -1 && nanoseconds == 250000000);
    nbt_token *copy = nbt_token_clone(token);
    nbt_token_list_free(list);
    CHECK_TEXT(nbt_token_user_id(copy), "odd");
    nbt_token_free(copy);

    CHECK(nbt_client_list_tokens(client, "empty", &list, NULL) == NBT_OK);
    CHECK(list != NULL && nbt_token_list_len(list) == 0);
    CHECK(nbt_token_list_at(list, 0) == NULL);
    nbt_token_list_free(list);
}

static void test_failures(const nbt_client *client) {
    nbt_error *error = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_token_list *list = NULL;
    uint64_t wait = 0;

    CHECK(nbt_client_list_tokens(client, "busy", &list, &error) == NBT_RATE_LIMITED);
    CHECK(list == NULL);
    CHECK(nbt_error_retryable(error));
    CHECK(nbt_error_attempts(error) >= 1);
    CHECK(nbt_error_retry_after(error, &wait) && wait == 3600000);
    nbt_error_free(error);

    CHECK(nbt_client_create_token(client, "", 1, 0, "robot", &token, &secret, &error) == NBT_INVALID_ARGUMENT);
    CHECK(nbt_error_attempts(error) == 0);
    nbt_error_free(error);
    CHECK(nbt_client_create_token(client, "x", 366, 0, "robot", &token, &secret, NULL) == NBT_INVALID_ARGUMENT);
}

static void *cancel_soon(void *cancel) {
    usleep(200000);
    nbt_cancel_cancel(cancel);
    return NULL;
}

static void test_check_credential(const nbt_client *client) {
    nbt_credential_check *check = NULL;
    nbt_error *error = NULL;
    int64_t expires = 0;
    int64_t token_expires = 0;
    CHECK(nbt_client_check_credential(client, &check, &error) == NBT_OK && error == NULL);
    CHECK(nbt_credential_check_state(check) == NBT_CREDENTIAL_STATE_WORKING);
    CHECK(nbt_credential_check_kind(check) == NBT_CREDENTIAL_PAT);
    CHECK_TEXT(nbt_user_id(nbt_credential_check_user(check)), "ada");
    CHECK_TEXT(nbt_token_name(nbt_credential_check_token(check)), "tests");
    CHECK(nbt_credential_check_expires_at(check, &expires, NULL));
    CHECK(nbt_token_expiration_date(nbt_credential_check_token(check), &token_expires, NULL));
    CHECK(expires == token_expires);
    CHECK(nbt_credential_check_error(check) == NULL);
    nbt_credential_check_free(check);

    /* A PAT that the server does not know. */
    nbt_credential *credential = NULL;
    nbt_client *stranger = built(configured());
    CHECK(nbt_credential_new_pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm", &credential, NULL) == NBT_OK);
    CHECK(nbt_client_set_credential(stranger, credential, NULL) == NBT_OK);
    CHECK(nbt_client_check_credential(stranger, &check, &error) == NBT_OK && error == NULL);
    CHECK(nbt_credential_check_state(check) == NBT_CREDENTIAL_STATE_UNKNOWN);
    CHECK(nbt_credential_check_user(check) == NULL && nbt_credential_check_token(check) == NULL);
    CHECK(!nbt_credential_check_expires_at(check, NULL, NULL));
    CHECK(nbt_error_kind(nbt_credential_check_error(check)) == NBT_UNAUTHORIZED);
    CHECK(nbt_error_status(nbt_credential_check_error(check)) == 404);
    nbt_credential_check_free(check);
    nbt_credential_free(credential);
    nbt_client_free(stranger);
}

static void test_cancel_and_timeout(const nbt_client *client) {
    nbt_cancel *cancel = nbt_cancel_new();
    nbt_client *cancellable = NULL;
    nbt_client *hasty = NULL;
    nbt_token_list *list = NULL;
    nbt_error *error = NULL;
    pthread_t thread;
    CHECK(nbt_client_with_cancel(client, cancel, &cancellable, NULL) == NBT_OK);
    CHECK(!nbt_cancel_is_cancelled(cancel));
    int64_t began = milliseconds_now();
    CHECK(pthread_create(&thread, NULL, cancel_soon, cancel) == 0);
    CHECK(nbt_client_list_tokens(cancellable, "slow", &list, &error) == NBT_CANCELLED);
    pthread_join(thread, NULL);
    CHECK(milliseconds_now() - began < 5000);
    CHECK(list == NULL);
    nbt_error_free(error);
    CHECK(nbt_cancel_is_cancelled(cancel));
    nbt_cancel_free(cancel);
    CHECK(nbt_client_list_tokens(cancellable, "empty", &list, NULL) == NBT_CANCELLED);
    nbt_client_free(cancellable);

    began = milliseconds_now();
    CHECK(nbt_client_with_timeout_ms(client, 200, &hasty, NULL) == NBT_OK);
    CHECK(nbt_client_list_tokens(hasty, "slow", &list, &error) == NBT_TIMEOUT);
    CHECK(milliseconds_now() - began < 5000);
    nbt_error_free(error);
    nbt_client_free(hasty);
}

static void *use_for_a_while(void *client) {
    nbt_token_list *list = NULL;
    nbt_error *error = NULL;
    uintptr_t good = 0;
    for (int i = 0; i < 25; i++) {
        if (nbt_client_list_tokens(client, i % 2 == 0 ? "robot" : "empty", &list, NULL) == NBT_OK) {
            good++;
        }
        nbt_token_list_free(list);
        if (nbt_client_list_tokens(client, "..", &list, &error) == NBT_INVALID_ARGUMENT) {
            good++;
        }
        nbt_error_free(error);
    }
    return (void *)good;
}

static void test_sixteen_threads(nbt_client *client) {
    pthread_t threads[16];
    for (size_t i = 0; i < 16; i++) {
        CHECK(pthread_create(&threads[i], NULL, use_for_a_while, client) == 0);
    }
    for (size_t i = 0; i < 16; i++) {
        void *good = NULL;
        pthread_join(threads[i], &good);
        CHECK((uintptr_t)good == 50);
    }
}

typedef struct seen {
    int debug;
    int warning;
    int freed;
    bool leaked;
} seen;

static void see(void *user_data, nbt_log_level level, const char *message) {
    seen *all = user_data;
    if (level == NBT_LOG_WARNING) {
        all->warning++;
    } else {
        all->debug++;
    }
    all->leaked = all->leaked || strstr(message, needed("NBT_TEST_PAT")) != NULL || strstr(message, "/api/") == NULL;
}

static void forget(void *user_data) {
    ((seen *)user_data)->freed++;
}

static void test_log(void) {
    seen all = {0};
    nbt_client_builder *builder = configured();
    nbt_client *handle = NULL;
    nbt_token_list *list = NULL;
    nbt_client_builder_set_log(builder, see, &all, forget);
    nbt_client_builder_set_log(builder, see, &all, forget);
    CHECK(all.freed == 1); /* the first of the two */
    nbt_client *client = built(builder);
    CHECK(nbt_client_list_tokens(client, "empty", &list, NULL) == NBT_OK);
    nbt_token_list_free(list);
    CHECK(all.debug == 1 && all.warning == 0);
    CHECK(nbt_client_list_tokens(client, "broken", &list, NULL) == NBT_SERVER_ERROR);
    CHECK(all.debug == 4 && all.warning == 2);
    CHECK(!all.leaked);
    CHECK(nbt_client_with_timeout_ms(client, 1000, &handle, NULL) == NBT_OK);
    nbt_client_free(client);
    CHECK(all.freed == 1);
    nbt_client_free(handle);
    CHECK(all.freed == 2);
    CHECK(nbt_client_builder_set_log(NULL, see, &all, forget) == NBT_INVALID_ARGUMENT);
    CHECK(all.freed == 3);
}

static void test_environment(void) {
    nbt_client *client = NULL;
    nbt_error *error = NULL;
    unsetenv("NB_PAT");
    CHECK(nbt_client_from_env(&client, &error) == NBT_CONFIGURATION);
    CHECK(client == NULL && strstr(nbt_error_message(error), "NB_PAT") != NULL);
    nbt_error_free(error);
    setenv("NB_PAT", needed("NBT_TEST_PAT"), 1);
    setenv("NB_MANAGEMENT_URL", needed("NBT_TEST_URL"), 1);
    CHECK(nbt_client_from_env(&client, &error) == NBT_OK);
    CHECK_TEXT(nbt_client_management_url(client), needed("NBT_TEST_URL"));
    nbt_client_free(client);

    nbt_client_builder *builder = nbt_client_builder_new();
    CHECK(nbt_client_builder_from_env(builder) == NBT_OK);
    CHECK(nbt_client_builder_build(builder, &client, NULL) == NBT_OK);
    nbt_client_builder_free(builder);
    nbt_client_free(client);
    unsetenv("NB_PAT");
}

static void test_fork(nbt_client *client) {
    nbt_token_list *list = NULL;
    pid_t child = fork();
    if (child == 0) {
        nbt_result result = nbt_client_list_tokens(client, "empty", &list, NULL);
        /* Another program, which valgrind does not follow: what the parent had is leaked in the child, by design. */
        const char *verdict_program = result == NBT_OK ? "true" : "false";
        execlp(verdict_program, verdict_program, (char *)NULL);
        _exit(2);
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(nbt_client_list_tokens(client, "empty", &list, NULL) == NBT_OK);
    nbt_token_list_free(list);
}

int main(void) {
    nbt_client *client = built(configured());
    test_version();
    test_names();
    test_credentials();
    test_secret();
    test_operations(client);
    test_lists(client);
    test_check_credential(client);
    test_failures(client);
    test_cancel_and_timeout(client);
    test_sixteen_threads(client);
    test_log();
    test_environment();
    test_fork(client);
    nbt_client_free(client);
    return verdict();
}
