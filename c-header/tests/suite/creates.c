/*
 * Creates whose answer is lost, and creates whose caller is interrupted.
 *
 * The interrupted ones talk to a server in this program, which decides when the answer comes: after the caller went away.
 * With the argument "exit" the program ends right after the interruption, and prints what the server still got to see.
 */
#define _DEFAULT_SOURCE

#include "check.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_lost_creates(const nbt_client *client) {
    nbt_error *error = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;

    /* A plain name proves nothing: the token is named, and stays. */
    CHECK(nbt_client_create_token(client, "lost", 1, 0, "lossy", &token, &secret, &error) == NBT_OUTCOME_UNKNOWN);
    CHECK(token == NULL && secret == NULL);
    CHECK_TEXT(nbt_error_token_name(error), "lost");
    CHECK(nbt_error_candidate_token_ids_len(error) == 1 && nbt_error_candidate_token_ids_at(error, 1) == NULL);
    CHECK(nbt_client_get_token(client, nbt_error_candidate_token_ids_at(error, 0), "lossy", &token, NULL) == NBT_OK);
    CHECK_TEXT(nbt_token_name(token), "lost");
    nbt_token_free(token);
    nbt_error_free(error);

    CHECK(nbt_client_create_token(client, "lost", 1, NBT_CREATE_TAG, "lossy", &token, &secret, &error) ==
          NBT_OUTCOME_UNKNOWN);
    CHECK(nbt_error_token_name(error) != NULL && strncmp(nbt_error_token_name(error), "lost #", 6) == 0);
    CHECK(nbt_error_candidate_token_ids_len(error) == 1);
    CHECK(nbt_client_get_token(client, nbt_error_candidate_token_ids_at(error, 0), "lossy", &token, NULL) == NBT_OK);
    CHECK_TEXT(nbt_token_name(token), nbt_error_token_name(error));
    nbt_token_free(token);
    nbt_error_free(error);
}

/* Revoking and creating again needs the proof that a tag is. */
static void test_revoke_and_retry(void) {
    nbt_error *error = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_client_builder *builder = configured();
    CHECK(nbt_client_builder_set_on_unknown(builder, NBT_ON_UNKNOWN_REVOKE_AND_RETRY) == NBT_OK);
    nbt_client *client = built(builder);
    CHECK(nbt_client_create_token(client, "again", 1, 0, "robot", &token, &secret, &error) == NBT_INVALID_ARGUMENT);
    CHECK(strstr(nbt_error_message(error), "tag") != NULL && nbt_error_token_name(error) == NULL);
    nbt_error_free(error);
    CHECK(nbt_client_create_token(client, "again", 1, NBT_CREATE_TAG, "robot", &token, &secret, NULL) == NBT_OK);
    CHECK(strncmp(nbt_token_name(token), "again #", 7) == 0);
    CHECK(nbt_client_delete_token(client, nbt_token_id(token), "robot", NULL) == NBT_OK);
    nbt_token_free(token);
    nbt_secret_free(secret);
    nbt_client_free(client);
}

/* How far an interrupted create has come. */
enum { WAITING, RECEIVED, RELEASED };

/* A server that answers a POST once it is released, and every DELETE with `delete_status`. */
static struct server {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int stage;
    int delete_status;
    int deletes;
    bool tells_deletes;
    int listener;
    char url[64];
} server = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void set_stage(int stage) {
    pthread_mutex_lock(&server.lock);
    server.stage = stage;
    pthread_cond_broadcast(&server.changed);
    pthread_mutex_unlock(&server.lock);
}

static void await_stage(int stage) {
    pthread_mutex_lock(&server.lock);
    while (server.stage != stage) {
        pthread_cond_wait(&server.changed, &server.lock);
    }
    pthread_mutex_unlock(&server.lock);
}

static const char CREATED[] =
    "{\"plain_token\":\"nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\",\"personal_access_token\":{\"id\":\"made\","
    "\"name\":\"held\",\"created_by\":\"ada\",\"created_at\":\"2026-01-01T00:00:00Z\","
    "\"expiration_date\":\"2026-01-02T00:00:00Z\"}}";

static void answer(int connection, int status, const char *body) {
    char head[256];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %d It\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                          "Connection: close\r\n\r\n",
                          status, strlen(body));
    send(connection, head, (size_t)length, MSG_NOSIGNAL);
    send(connection, body, strlen(body), MSG_NOSIGNAL);
}

/* Reads a request to the end of its body: of the requests here, only that of a POST has one, a JSON object. */
static void read_request(int connection, char *request, size_t room) {
    size_t length = 0;
    for (;;) {
        ssize_t got = recv(connection, request + length, room - 1 - length, 0);
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
        request[length] = '\0';
        const char *body = strstr(request, "\r\n\r\n");
        if (body != NULL && (strncmp(request, "POST", 4) != 0 || request[length - 1] == '}')) {
            break;
        }
    }
    request[length] = '\0';
}

static void *serve(void *unused) {
    for (;;) {
        int connection = accept(server.listener, NULL, NULL);
        char request[4096];
        read_request(connection, request, sizeof request);
        if (strncmp(request, "POST /api/users/robot/tokens ", 29) == 0) {
            set_stage(RECEIVED);
            await_stage(RELEASED);
            answer(connection, 200, CREATED);
        } else if (strncmp(request, "DELETE /api/users/robot/tokens/made ", 36) == 0) {
            pthread_mutex_lock(&server.lock);
            server.deletes++;
            pthread_mutex_unlock(&server.lock);
            if (server.tells_deletes) {
                puts("the token was revoked during the exit");
                fflush(stdout);
            }
            bool good = server.delete_status == 200;
            answer(connection, server.delete_status, good ? "{}" : "{\"message\":\"it fails\",\"code\":500}");
        } else {
            answer(connection, 400, "{\"message\":\"not expected\",\"code\":400}");
        }
        close(connection);
    }
    return unused;
}

static void start_server(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    pthread_t thread;
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(server.listener, (struct sockaddr *)&address, length) == 0);
    CHECK(listen(server.listener, 8) == 0);
    CHECK(getsockname(server.listener, (struct sockaddr *)&address, &length) == 0);
    snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    CHECK(pthread_create(&thread, NULL, serve, NULL) == 0);
    pthread_detach(thread);
}

/* What the log callback saw. */
typedef struct seen {
    pthread_t caller;
    int finished;
    int left_behind;
    bool on_another_thread;
    bool leaked;
} seen;

static void see(void *user_data, nbt_log_level level, const char *message) {
    seen *all = user_data;
    bool finished = strstr(message, "token made is revoked") != NULL;
    bool left_behind = strstr(message, "could not be cleaned up (tokens made)") != NULL;
    bool elsewhere = !pthread_equal(pthread_self(), all->caller);
    all->finished += finished && level == NBT_LOG_DEBUG;
    all->left_behind += left_behind && level == NBT_LOG_WARNING;
    all->on_another_thread = all->on_another_thread || ((finished || left_behind) && elsewhere);
    all->leaked = all->leaked || strstr(message, "nbp_") != NULL;
}

static void *cancel_once_received(void *cancel) {
    await_stage(RECEIVED);
    nbt_cancel_cancel(cancel);
    return NULL;
}

/* A client of the server in this program, one of whose creates was interrupted after the server had received it. */
static nbt_client *interrupted(int delete_status, seen *all) {
    nbt_client_builder *builder = configured();
    nbt_client_builder_set_management_url(builder, server.url);
    nbt_client_builder_set_log(builder, see, all, NULL);
    nbt_client *client = built(builder);
    nbt_client *cancellable = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_error *error = NULL;
    nbt_cancel *cancel = nbt_cancel_new();
    pthread_t thread;
    *all = (seen){.caller = pthread_self()};
    server.stage = WAITING;
    server.delete_status = delete_status;
    server.deletes = 0;
    CHECK(nbt_client_with_cancel(client, cancel, &cancellable, NULL) == NBT_OK);
    CHECK(pthread_create(&thread, NULL, cancel_once_received, cancel) == 0);
    CHECK(nbt_client_create_token(cancellable, "held", 1, 0, "robot", &token, &secret, &error) == NBT_CANCELLED);
    CHECK(token == NULL && secret == NULL);
    CHECK(strstr(nbt_error_message(error), "in the background") != NULL);
    pthread_join(thread, NULL);
    nbt_error_free(error);
    nbt_client_free(cancellable);
    nbt_cancel_free(cancel);
    return client;
}

static void test_interrupted_creates(void) {
    seen all;
    bool finished = false;
    nbt_client *client = interrupted(200, &all);
    set_stage(RELEASED);
    CHECK(nbt_client_close(client, &finished, NULL) == NBT_OK && finished);
    CHECK(server.deletes == 1 && all.finished == 1 && all.left_behind == 0);
    CHECK(all.on_another_thread && !all.leaked);
    nbt_client_free(client);

    /* The server does not let the token be revoked: that is reported, with its id. */
    client = interrupted(500, &all);
    set_stage(RELEASED);
    CHECK(nbt_client_close(client, NULL, NULL) == NBT_OK);
    CHECK(server.deletes > 1 && all.finished == 0 && all.left_behind == 1);
    CHECK(all.on_another_thread && !all.leaked);
    /* A client can be used after it was closed, and closed again. */
    CHECK(nbt_client_close(client, &finished, NULL) == NBT_OK && finished);
    nbt_client_free(client);
}

/* Runs before the library's own wait at the exit, because it is registered later. */
static void release_at_exit(void) {
    server.tells_deletes = true;
    set_stage(RELEASED);
}

int main(int argc, char **argv) {
    start_server();
    if (argc > 1 && strcmp(argv[1], "exit") == 0) {
        static seen all;
        nbt_client_free(interrupted(200, &all));
        atexit(release_at_exit);
        return verdict();
    }
    nbt_client *client = built(configured());
    test_lost_creates(client);
    nbt_client_free(client);
    test_revoke_and_retry();
    test_interrupted_creates();
    return verdict();
}
