/* Logging in. The mock server approves every login at its second poll. */
#define _DEFAULT_SOURCE

#include "check.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

static nbt_client_builder *for_login(void) {
    nbt_client_builder *builder = nbt_client_builder_new();
    CHECK(nbt_client_builder_set_management_url(builder, needed("NBT_TEST_URL")) == NBT_OK);
    CHECK(nbt_client_builder_set_proxy_from_env(builder, false) == NBT_OK);
    return builder;
}

static nbt_device_login *begun(const nbt_login_options *options) {
    nbt_client_builder *builder = for_login();
    nbt_device_login *login = NULL;
    nbt_error *error = NULL;
    if (nbt_start_login(builder, options, &login, &error) != NBT_OK) {
        fprintf(stderr, "no login: %s\n", nbt_error_message(error));
        exit(2);
    }
    CHECK(error == NULL);
    nbt_client_builder_free(builder);
    return login;
}

static nbt_login_session *logged_in(void) {
    nbt_device_login *login = begun(NULL);
    nbt_login_session *session = NULL;
    nbt_error *error = NULL;
    CHECK(nbt_device_login_wait(login, &session, &error) == NBT_OK && error == NULL);
    nbt_device_login_free(login);
    return session;
}

static void test_what_is_shown(void) {
    nbt_device_login *login = begun(NULL);
    int64_t seconds = 0;
    uint32_t nanoseconds = 0;
    const char *page = nbt_device_login_verification_uri(login);
    CHECK(page != NULL && strncmp(page, needed("NBT_TEST_URL"), strlen(needed("NBT_TEST_URL"))) == 0);
    CHECK(strstr(nbt_device_login_verification_uri_complete(login), nbt_device_login_user_code(login)) != NULL);
    CHECK(nbt_device_login_expires_at(login, &seconds, &nanoseconds));
    CHECK(seconds > (int64_t)time(NULL) && nanoseconds < 1000000000);
    CHECK(nbt_device_login_interval_ms(login) == 1000);
    nbt_device_login_free(login);
}

static void test_polling(void) {
    nbt_device_login *login = begun(NULL);
    nbt_login_session *session = NULL;
    nbt_login_session *again = NULL;
    nbt_error *error = NULL;
    int polls = 0;
    while (session == NULL && polls < 100) {
        CHECK(nbt_device_login_poll(login, &session, &error) == NBT_OK && error == NULL);
        polls++;
        usleep(100000);
    }
    CHECK(session != NULL && polls > 1);
    /* It has ended, and each poll gives the same session. */
    CHECK(nbt_device_login_poll(login, &again, &error) == NBT_OK && again != NULL && again != session);
    nbt_device_login_free(login);
    CHECK_TEXT(nbt_login_session_management_url(session), needed("NBT_TEST_URL"));
    CHECK_TEXT(nbt_login_session_issuer(again), nbt_login_session_issuer(session));
    nbt_login_session_free(session);
    CHECK_TEXT(nbt_login_session_management_url(again), needed("NBT_TEST_URL"));
    nbt_login_session_free(again);
}

static void test_session(void) {
    nbt_login_session *session = logged_in();
    nbt_login_session *restored = NULL;
    nbt_error *error = NULL;
    int64_t seconds = 0;
    CHECK(nbt_login_session_expires_at(session, &seconds, NULL) && seconds > (int64_t)time(NULL));
    CHECK(!nbt_login_session_needs_refresh(session));

    nbt_secret *exported = nbt_login_session_export(session);
    CHECK(strstr(nbt_secret_expose(exported, NULL), nbt_login_session_issuer(session)) != NULL);
    CHECK_TEXT(nbt_secret_masked(exported), "****");
    nbt_client_builder *builder = for_login();
    CHECK(nbt_login_session_restore(nbt_secret_expose(exported, NULL), builder, &restored, &error) == NBT_OK);
    nbt_client_builder_free(builder);
    nbt_secret_free(exported);
    nbt_login_session_free(session);
    CHECK(nbt_login_session_refresh(restored, &error) == NBT_OK && error == NULL);

    /* The client goes on without the session's handle and the credential's. */
    nbt_credential *credential = nbt_login_session_get_credential(restored);
    CHECK(nbt_credential_get_kind(credential) == NBT_CREDENTIAL_BEARER);
    CHECK(nbt_credential_expires_at(credential, &seconds, NULL));
    builder = nbt_client_builder_new();
    CHECK(nbt_client_builder_set_credential(builder, credential) == NBT_OK);
    CHECK(nbt_client_builder_set_proxy_from_env(builder, false) == NBT_OK);
    nbt_client *client = built(builder);
    nbt_credential_free(credential);
    nbt_login_session_free(restored);
    nbt_user *user = NULL;
    CHECK(nbt_client_current_user(client, &user, &error) == NBT_OK);
    CHECK_TEXT(nbt_user_id(user), "ada");
    nbt_user_free(user);
    nbt_client_free(client);
}

static void *cancel_soon(void *argument) {
    usleep(50000);
    nbt_cancel_cancel(argument);
    return NULL;
}

static void test_cancelled_wait(void) {
    nbt_cancel *cancel = nbt_cancel_new();
    nbt_device_login *login = begun(NULL);
    nbt_device_login *cancellable = NULL;
    nbt_login_session *session = (nbt_login_session *)&session;
    nbt_error *error = NULL;
    pthread_t thread;
    CHECK(nbt_device_login_with_cancel(login, cancel, &cancellable, &error) == NBT_OK);
    CHECK(pthread_create(&thread, NULL, cancel_soon, cancel) == 0);
    CHECK(nbt_device_login_wait(cancellable, &session, &error) == NBT_CANCELLED && session == NULL);
    CHECK(nbt_error_kind(error) == NBT_CANCELLED);
    nbt_error_free(error);
    pthread_join(thread, NULL);
    nbt_device_login_free(cancellable);
    /* The login itself goes on. */
    CHECK(nbt_device_login_wait(login, &session, &error) == NBT_OK && session != NULL);
    nbt_login_session *handle = NULL;
    CHECK(nbt_login_session_with_cancel(session, cancel, &handle, &error) == NBT_OK);
    CHECK(nbt_login_session_refresh(handle, &error) == NBT_CANCELLED);
    nbt_error_free(error);
    nbt_login_session_free(handle);
    CHECK(nbt_login_session_refresh(session, &error) == NBT_OK);
    nbt_login_session_free(session);
    nbt_device_login_free(login);

    /* Options that are cancelled already. */
    nbt_login_options *options = nbt_login_options_new();
    CHECK(nbt_login_options_set_cancel(options, cancel) == NBT_OK);
    nbt_cancel_free(cancel);
    nbt_client_builder *builder = for_login();
    login = NULL;
    CHECK(nbt_start_login(builder, options, &login, &error) == NBT_CANCELLED && login == NULL);
    nbt_error_free(error);
    nbt_client_builder_free(builder);
    nbt_login_options_free(options);
}

static void *wait_for(void *argument) {
    nbt_login_session *session = NULL;
    return nbt_device_login_wait(argument, &session, NULL) == NBT_OK ? session : NULL;
}

static void test_many_threads_wait(void) {
    nbt_device_login *login = begun(NULL);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        CHECK(pthread_create(&threads[i], NULL, wait_for, login) == 0);
    }
    for (int i = 0; i < 8; i++) {
        void *session = NULL;
        pthread_join(threads[i], &session);
        CHECK(session != NULL);
        CHECK_TEXT(nbt_login_session_management_url(session), needed("NBT_TEST_URL"));
        nbt_login_session_free(session);
    }
    nbt_device_login_free(login);
}

static void refuses(nbt_client_builder *builder, const nbt_login_options *options, nbt_result result, const char *word) {
    nbt_device_login *login = NULL;
    nbt_error *error = NULL;
    CHECK(nbt_start_login(builder, options, &login, &error) == result && login == NULL);
    CHECK(strstr(nbt_error_message(error), word) != NULL);
    nbt_error_free(error);
    nbt_client_builder_free(builder);
}

static void test_refusals(void) {
    nbt_login_options *options = nbt_login_options_new();
    CHECK(nbt_login_options_set_issuer(options, needed("NBT_TEST_URL")) == NBT_OK);
    refuses(for_login(), options, NBT_UNEXPECTED_RESPONSE, "issuer");
    CHECK(nbt_login_options_set_scope(options, "") == NBT_OK);
    refuses(for_login(), options, NBT_INVALID_ARGUMENT, "scope is empty");
    /* What a setter refused is kept. */
    CHECK(nbt_login_options_set_client_id(options, "\xff") == NBT_INVALID_ARGUMENT);
    refuses(for_login(), options, NBT_INVALID_ARGUMENT, "client_id is not valid UTF-8");
    nbt_login_options_free(options);
    refuses(configured(), NULL, NBT_INVALID_ARGUMENT, "credential");

    nbt_client_builder *used = for_login();
    nbt_device_login *login = NULL;
    CHECK(nbt_start_login(used, NULL, &login, NULL) == NBT_OK);
    nbt_device_login_free(login);
    refuses(used, NULL, NBT_INVALID_ARGUMENT, "already used");

    nbt_login_session *session = (nbt_login_session *)&session;
    nbt_error *error = NULL;
    used = for_login();
    CHECK(nbt_login_session_restore("{\"version\": 1}", used, &session, &error) == NBT_INVALID_ARGUMENT);
    CHECK(session == NULL && strstr(nbt_error_message(error), "session") != NULL);
    nbt_error_free(error);
    nbt_client_builder_free(used);
}

int main(void) {
    test_what_is_shown();
    test_polling();
    test_session();
    test_cancelled_wait();
    test_many_threads_wait();
    test_refusals();
    return verdict();
}
