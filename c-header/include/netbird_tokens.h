/*
 * netbird-tokens: a client for NetBird's API tokens (personal access tokens, PATs) that does not lose one.
 *
 * Generated from the Rust sources; do not edit. The guide with examples is docs/c.md. For C++ there is netbird_tokens.hpp.
 *
 * Conventions
 *
 * Handles     Every type but nbt_audit_summary is opaque. What a function hands over through an out-pointer or as a non-const pointer is the
 *             caller's, to be freed with the nbt_..._free of its type. What it returns as a const pointer is borrowed from the
 *             handle that was passed, and valid until that is freed. nbt_..._free(NULL) does nothing.
 * Results     A function that can fail returns an nbt_result and puts its result through an out-pointer, which is NULL (false,
 *             0) on failure. There is no partial success.
 * Errors      The last parameter, nbt_error **error, may be NULL. Otherwise NULL is put there on success and an error on
 *             failure, to be freed with nbt_error_free. What the variable held is overwritten and never read.
 * Texts       In: UTF-8 with a NUL at its end, copied before the function returns. NULL (where the comment does not allow it)
 *             and what is not UTF-8 gives NBT_INVALID_ARGUMENT. Out: the same, borrowed. A NUL that the server sends within a
 *             text is replaced by U+FFFD.
 * Times       Whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
 * Threads     A handle may be used by any number of threads at once where its functions say so; it may be freed once no
 *             thread uses it. The library may be used in parent and child after a fork, and it stays loaded after dlclose.
 * Signals     The threads of the library block all signals: it takes none that is meant for the program, and a connection that
 *             breaks raises no SIGPIPE.
 * Memory      Passing a handle that was freed, or an invalid pointer, is undefined, as everywhere in C. Everything else that is
 *             wrong gives a result code.
 */

#ifndef NETBIRD_TOKENS_H
#define NETBIRD_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The version of this header; nbt_version_number gives the library's.
 */
#define NBT_VERSION "0.1.0"
#define NBT_VERSION_MAJOR 0
#define NBT_VERSION_MINOR 1
#define NBT_VERSION_PATCH 0
#define NBT_VERSION_NUMBER \
    ((NBT_VERSION_MAJOR << 16) | (NBT_VERSION_MINOR << 8) | NBT_VERSION_PATCH)

/**
 * Marks the functions whose result must be used: a dropped one would lose an error, a secret or a handle.
 */
#if (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (!defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L)
#define NBT_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define NBT_MUST_USE __attribute__((warn_unused_result))
#else
#define NBT_MUST_USE
#endif

/**
 * The default lifetime in days.
 */
#define NBT_DEFAULT_EXPIRES_IN_DAYS 90

/**
 * The successor's lifetime is the old token's. Not 0, so that a 0 which was meant as a number of days is refused.
 */
#define NBT_SAME_LIFETIME -9223372036854775807

/**
 * The result of a call: NBT_OK, or why it failed. The numbers are stable and the same in every language. Match on these,
 * never on a message. A later version may add some, so have a default.
 */
typedef enum {
    /**
     * It succeeded.
     */
    NBT_OK = 0,
    /**
     * An argument was refused before anything was sent: NULL, invalid UTF-8, a name, a number of days, an id, a URL.
     */
    NBT_INVALID_ARGUMENT = 1,
    /**
     * The credential's offline check failed. The message says what is wrong with it and never shows it.
     */
    NBT_INVALID_CREDENTIAL = 2,
    /**
     * No credential was found, two variables disagree, or a variable, a proxy or a CA certificate cannot be used.
     */
    NBT_CONFIGURATION = 3,
    /**
     * The server refused the credential: 401 in NetBird's own form, or its 404 for a revoked or unknown PAT.
     */
    NBT_UNAUTHORIZED = 10,
    /**
     * The credential works but is not allowed to do this (403 in NetBird's own form).
     */
    NBT_FORBIDDEN = 11,
    /**
     * The server knows no such user or token (404 in NetBird's own form that names a user or a token).
     */
    NBT_NOT_FOUND = 12,
    /**
     * The request conflicts with the server's current state (409, 412).
     */
    NBT_CONFLICT = 13,
    /**
     * The server refused what was sent (400, 422).
     */
    NBT_REJECTED = 14,
    /**
     * Too many requests (429), also after the retries.
     */
    NBT_RATE_LIMITED = 15,
    /**
     * The server failed (5xx), also after the retries.
     */
    NBT_SERVER_ERROR = 16,
    /**
     * No connection could be made; nothing was sent.
     */
    NBT_CONNECT = 20,
    /**
     * The TLS handshake failed: a certificate that cannot be trusted, or no TLS at all. Nothing was sent.
     */
    NBT_TLS = 21,
    /**
     * Time ran out: to connect, between two bytes, or for the whole call.
     */
    NBT_TIMEOUT = 22,
    /**
     * The connection broke before the whole answer had come.
     */
    NBT_TRANSPORT = 23,
    /**
     * The answer is not NetBird's: a redirect, HTML, the wrong shape, too large, or an error body of another program.
     */
    NBT_UNEXPECTED_RESPONSE = 24,
    /**
     * A create or delete may have happened. nbt_error_candidate_token_ids_at and nbt_error_token_name say what to look for.
     */
    NBT_OUTCOME_UNKNOWN = 30,
    /**
     * The caller interrupted the call.
     */
    NBT_CANCELLED = 31,
    /**
     * A bug in this library.
     */
    NBT_INTERNAL = 90,
} nbt_result;

/**
 * How a request authenticates.
 */
typedef enum {
    /**
     * There is no credential: the handle was NULL.
     */
    NBT_CREDENTIAL_NONE = 0,
    /**
     * A personal access token, sent as Authorization: Token.
     */
    NBT_CREDENTIAL_PAT = 1,
    /**
     * A JWT from the account's identity provider, sent as Authorization: Bearer.
     */
    NBT_CREDENTIAL_BEARER = 2,
} nbt_credential_kind;

/**
 * How much a message matters.
 */
typedef enum {
    /**
     * A request was sent, with this result; or an interrupted create is finished and its token revoked.
     */
    NBT_LOG_DEBUG = 1,
    /**
     * Something out of the ordinary: a retry, a search for what a lost create made, or an interrupted create whose token could
     * not be revoked.
     */
    NBT_LOG_WARNING = 2,
} nbt_log_level;

/**
 * How the server treats a credential. A malformed one never gets that far: nbt_credential_new_pat and its siblings refuse it.
 */
typedef enum {
    /**
     * Nothing was checked: the handle was NULL.
     */
    NBT_CREDENTIAL_STATE_NONE = 0,
    /**
     * It authenticates, and its user may use the API.
     */
    NBT_CREDENTIAL_STATE_WORKING = 1,
    /**
     * The server does not know this PAT: it was revoked, or belongs to another server.
     */
    NBT_CREDENTIAL_STATE_UNKNOWN = 2,
    /**
     * The server refuses it: it has expired. For a JWT, and for a PAT on servers before 0.59.13, this says no more than that it
     * is not accepted.
     */
    NBT_CREDENTIAL_STATE_REFUSED = 3,
    /**
     * It authenticates, but an administrator has blocked its user.
     */
    NBT_CREDENTIAL_STATE_BLOCKED = 4,
    /**
     * It authenticates, but its user is waiting for an administrator's approval.
     */
    NBT_CREDENTIAL_STATE_PENDING_APPROVAL = 5,
    /**
     * It authenticates, but the role of its user may not even request who it is.
     */
    NBT_CREDENTIAL_STATE_FORBIDDEN = 6,
} nbt_credential_state;

/**
 * How far a rotation has come.
 */
typedef enum {
    /**
     * There is no rotation: the handle was NULL.
     */
    NBT_ROTATION_STAGE_NONE = 0,
    /**
     * The old token is known, and the successor has a name. It may have been created already.
     */
    NBT_ROTATION_STAGE_PLANNED = 1,
    /**
     * The successor exists, and its secret was handed to the caller.
     */
    NBT_ROTATION_STAGE_CREATED = 2,
    /**
     * The caller has stored the secret.
     */
    NBT_ROTATION_STAGE_STORED = 3,
    /**
     * The successor works, and the old token is revoked.
     */
    NBT_ROTATION_STAGE_COMMITTED = 4,
    /**
     * The successor works, and the old token is kept on purpose.
     */
    NBT_ROTATION_STAGE_KEPT = 5,
    /**
     * There is no successor, and the old token is as it was.
     */
    NBT_ROTATION_STAGE_ABORTED = 6,
} nbt_rotation_stage;

/**
 * What an audit says about a token. In the order in which the first that applies becomes a token's state.
 */
typedef enum {
    /**
     * There is no token, or no such finding.
     */
    NBT_TOKEN_STATE_NONE = 0,
    /**
     * The server refuses it.
     */
    NBT_TOKEN_STATE_EXPIRED = 1,
    /**
     * It expires soon; see nbt_audit_options_set_expiring_within_ms.
     */
    NBT_TOKEN_STATE_EXPIRING = 2,
    /**
     * It was not used for long, or never used and created that long ago; see nbt_audit_options_set_unused_for_ms.
     */
    NBT_TOKEN_STATE_UNUSED = 3,
    /**
     * It was never used, and not created that long ago.
     */
    NBT_TOKEN_STATE_NEVER_USED = 4,
    /**
     * None of the others.
     */
    NBT_TOKEN_STATE_HEALTHY = 5,
} nbt_token_state;

/**
 * What to do about a create whose answer was lost.
 */
typedef enum {
    /**
     * Fail with NBT_OUTCOME_UNKNOWN, which says what to look for.
     */
    NBT_ON_UNKNOWN_REPORT = 0,
    /**
     * Find the token by its tagged name, revoke it and create another one. Needs NBT_CREATE_TAG, because without a tag nothing
     * proves which token the call made. Fails with NBT_OUTCOME_UNKNOWN if the token is not found.
     */
    NBT_ON_UNKNOWN_REVOKE_AND_RETRY = 1,
} nbt_on_unknown;

/**
 * How to create a token: these are combined with |.
 */
typedef enum {
    /**
     * Send the name as it is.
     */
    NBT_CREATE_PLAIN = 0,
    /**
     * Send the name as NAME #TAG, with ten random characters. No other token has such a name, so if the answer to the create is
     * lost, the token that it made can be found with certainty. NBT_ON_UNKNOWN_REVOKE_AND_RETRY needs it.
     */
    NBT_CREATE_TAG = 1,
} nbt_create_flags;

/**
 * How to rotate a token: these are combined with |.
 */
typedef enum {
    /**
     * Create the successor at once, under NAME #TAG, with a fresh tag; the client keeps its credential.
     */
    NBT_ROTATE_DEFAULT = 0,
    /**
     * Send the name without a tag. A rotation that ended between sending the create and learning the successor's id can then not
     * be resumed.
     */
    NBT_ROTATE_NO_TAG = 1,
    /**
     * Once the successor is proved to work, the client goes on with it, and it revokes the old token. Needed to rotate the
     * credential in use without losing access.
     */
    NBT_ROTATE_ADOPT = 2,
    /**
     * Create nothing yet, so that the record can be stored first; nbt_rotation_create goes on.
     */
    NBT_ROTATE_PREPARE_ONLY = 4,
} nbt_rotate_flags;

/**
 * An audit that goes on. It runs in the background a little ahead of who takes the results, and stops there until they are taken.
 */
typedef struct nbt_audit nbt_audit;

/**
 * The options of an audit. What is not set keeps its default.
 */
typedef struct nbt_audit_options nbt_audit_options;

/**
 * A token and what the audit says about it.
 */
typedef struct nbt_audited_token nbt_audited_token;

/**
 * Ends the calls of every client handle that nbt_client_with_cancel made with it. Once cancelled it stays cancelled.
 */
typedef struct nbt_cancel nbt_cancel;

/**
 * A client of one NetBird server. One handle may be used by any number of threads at once, and in parent and child after a
 * fork. Calls block the thread that makes them, for no longer than the timeout.
 */
typedef struct nbt_client nbt_client;

/**
 * Builds a client, or gives a login its options. What is not set keeps its default. A setter that is given something unusable says so, and so does
 * nbt_client_builder_build: it is enough to check there.
 */
typedef struct nbt_client_builder nbt_client_builder;

/**
 * A credential that passed its offline check. Its text cannot be read back; it is wiped when it is freed.
 */
typedef struct nbt_credential nbt_credential;

/**
 * What is known about a credential: whether it works and why not, whose it is, which token it is, and when it expires.
 */
typedef struct nbt_credential_check nbt_credential_check;

/**
 * A login that waits for a person's approval. Letting go of it leaves a code that expires unused. The server is asked no more
 * often if several threads, or a forked child, ask about the same login.
 */
typedef struct nbt_device_login nbt_device_login;

/**
 * Why a call failed. It never holds a secret.
 */
typedef struct nbt_error nbt_error;

/**
 * The options of a login. What is not set keeps its default, which fits a self-hosted server with the embedded identity provider.
 * A setter that is given something unusable says so, and so does nbt_start_login: it is enough to check there.
 */
typedef struct nbt_login_options nbt_login_options;

/**
 * What a login gives: tokens of the person who approved it. nbt_login_session_get_credential makes a credential of it.
 *
 * A client with that credential refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least 30
 * seconds before its expiry) starts one refresh for all threads and clients, on a background thread of the library, and no call
 * waits for it. A refresh that fails changes nothing: the token is used until it expires, and then calls fail with
 * NBT_UNAUTHORIZED, and the message says to log in again. What becomes of a refresh is reported to the log callback of the builder
 * that the login was begun with.
 *
 * In a forked child it refreshes for itself; where the identity provider accepts a refresh token once, only one of the two
 * processes can do so.
 */
typedef struct nbt_login_session nbt_login_session;

/**
 * A rotation under way: the successor exists or is about to, and the old token still works. Store the secret, then commit; or
 * abort.
 */
typedef struct nbt_rotation nbt_rotation;

/**
 * All that is needed to finish a rotation in another process. It holds no secret.
 */
typedef struct nbt_rotation_record nbt_rotation_record;

/**
 * A secret text. It is readable only through nbt_secret_expose, is compared in constant time, and is wiped from memory when it
 * is freed.
 */
typedef struct nbt_secret nbt_secret;

/**
 * What the server says about a token. The secret is not part of it: that comes once, from nbt_client_create_token.
 */
typedef struct nbt_token nbt_token;

/**
 * A list of tokens, in no particular order.
 */
typedef struct nbt_token_list nbt_token_list;

/**
 * A person or a service user, as the server describes it.
 */
typedef struct nbt_user nbt_user;

/**
 * One user's tokens, audited.
 */
typedef struct nbt_user_audit nbt_user_audit;

/**
 * A list of users.
 */
typedef struct nbt_user_list nbt_user_list;

/**
 * Is called for every request, retry and reconciliation, on the thread that makes the call, and for what becomes of an
 * interrupted create, on a background thread of the library. That thread blocks all signals and may still call while the process
 * exits. The message is UTF-8 without a line end, holds no secret, and is gone when the function returns. The function must not
 * throw, longjmp, free the client or make calls with it.
 */
typedef void (*nbt_log_callback)(void *user_data,
                                 nbt_log_level level,
                                 const char *message);

/**
 * Is called when user_data will not be used again.
 */
typedef void (*nbt_free_callback)(void *user_data);

/**
 * An audit in numbers. The only type that is not opaque.
 */
typedef struct {
    /**
     * Users whose tokens are requested: the credential's own user, and every service user that it may see.
     */
    size_t users;
    /**
     * Users whose tokens were listed.
     */
    size_t audited;
    /**
     * Users whose tokens could not be listed; the result of each says why.
     */
    size_t failed;
    /**
     * Users whose result did not come before the audit ended: its time was over, or the server accepted no more requests. 0 while
     * it goes on.
     */
    size_t not_reached;
    /**
     * Other people. The server shows a person's tokens to nobody else, so they are not requested.
     */
    size_t other_people;
    /**
     * Tokens found.
     */
    size_t tokens;
    /**
     * Tokens whose state is NBT_TOKEN_STATE_EXPIRED.
     */
    size_t expired;
    /**
     * Tokens whose state is NBT_TOKEN_STATE_EXPIRING.
     */
    size_t expiring;
    /**
     * Tokens whose state is NBT_TOKEN_STATE_UNUSED.
     */
    size_t unused;
    /**
     * Tokens whose state is NBT_TOKEN_STATE_NEVER_USED.
     */
    size_t never_used;
    /**
     * Tokens whose state is NBT_TOKEN_STATE_HEALTHY.
     */
    size_t healthy;
    /**
     * Whether the audit has ended and every user has a result.
     */
    bool is_complete;
} nbt_audit_summary;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that is loaded, as a text.
 *
 * @return the version, for example 0.1.0; never NULL
 * @par Memory
 * The text is static and never freed.
 * @par Threads
 * Any.
 */
const char *nbt_version(void);

/**
 * The version of the library that is loaded, as a number to compare with NBT_VERSION_NUMBER, the header's version.
 *
 * @return major * 65536 + minor * 256 + patch
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any.
 */
uint32_t nbt_version_number(void);

/**
 * The stable name of a result code, the same in every language: not_found for NBT_NOT_FOUND, ok for NBT_OK.
 *
 * @param result one of nbt_result; any other number is allowed
 * @return the name, unknown for a number that is not a result code; never NULL
 * @par Memory
 * The text is static and never freed.
 * @par Threads
 * Any.
 */
const char *nbt_result_name(uint32_t result);

/**
 * What went wrong, for programs.
 *
 * @param error may be NULL
 * @return the code that the failed call returned; NBT_OK for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one error may be read by several at once.
 */
nbt_result nbt_error_kind(const nbt_error *error);

/**
 * What went wrong and what to do about it, for people. The text may change between versions.
 *
 * @param error may be NULL
 * @return the message, UTF-8; an empty text for NULL; never NULL
 * @par Memory
 * The text belongs to the error and is valid until nbt_error_free.
 * @par Threads
 * Any; one error may be read by several at once.
 */
const char *nbt_error_message(const nbt_error *error);

/**
 * The HTTP status of the answer that led to the error.
 *
 * @param error may be NULL
 * @return the status, for example 403; 0 if no answer led to it, and for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one error may be read by several at once.
 */
int nbt_error_status(const nbt_error *error);

/**
 * The server's own message, as it sent it, with credentials and the hash of a PAT removed.
 *
 * @param error may be NULL
 * @return the message, UTF-8; NULL if the server sent none, and for NULL
 * @par Memory
 * The text belongs to the error and is valid until nbt_error_free.
 * @par Threads
 * Any; one error may be read by several at once.
 */
const char *nbt_error_server_message(const nbt_error *error);

/**
 * The server's X-Request-Id, by which its operator finds the request in the server's log.
 *
 * @param error may be NULL
 * @return the id; NULL if the server sent none, and for NULL
 * @par Memory
 * The text belongs to the error and is valid until nbt_error_free.
 * @par Threads
 * Any; one error may be read by several at once.
 */
const char *nbt_error_request_id(const nbt_error *error);

/**
 * Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
 *
 * @param error may be NULL
 * @return whether it may; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one error may be read by several at once.
 */
bool nbt_error_retryable(const nbt_error *error);

/**
 * How long the server asked to wait (Retry-After), at most a year.
 *
 * @param error may be NULL
 * @param[out] milliseconds receives the wait, 0 if there is none; may be NULL
 * @return whether the server asked to wait
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one error may be read by several at once.
 */
bool nbt_error_retry_after(const nbt_error *error,
                           uint64_t *milliseconds);

/**
 * How many times the request that failed was sent or tried.
 *
 * @param error may be NULL
 * @return the number; 0 if the call was refused before that, and for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one error may be read by several at once.
 */
uint32_t nbt_error_attempts(const nbt_error *error);

/**
 * With NBT_OUTCOME_UNKNOWN: how many tokens the call may have created or deleted, as far as the server's list tells.
 *
 * @param error may be NULL
 * @return the number; 0 for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one error may be read by several at once.
 */
size_t nbt_error_candidate_token_ids_len(const nbt_error *error);

/**
 * The id of one of those tokens. Somebody else may have created it: inspect each before you revoke it.
 *
 * @param error may be NULL
 * @param index counts from 0
 * @return the id; NULL if the index is out of range
 * @par Memory
 * The text belongs to the error and is valid until nbt_error_free.
 * @par Threads
 * Any; one error may be read by several at once.
 */
const char *nbt_error_candidate_token_ids_at(const nbt_error *error,
                                             size_t index);

/**
 * With NBT_OUTCOME_UNKNOWN of a create: the exact name that was sent. With NBT_CREATE_TAG no other token has that name, so
 * one that bears it was made by this call.
 *
 * @param error may be NULL
 * @return the name, UTF-8; NULL if no create is in doubt, and for NULL
 * @par Memory
 * The text belongs to the error and is valid until nbt_error_free.
 * @par Threads
 * Any; one error may be read by several at once.
 */
const char *nbt_error_token_name(const nbt_error *error);

/**
 * An error as JSON: kind by its name, code, message, status, server_message, request_id, retryable, retry_after in
 * seconds, attempts, candidate_token_ids, token_name.
 *
 * @param error may be NULL
 * @return the JSON, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the error and is valid as long as that is.
 * @par Threads
 * Any; one error may be read by several at once.
 */
const char *nbt_error_to_json(const nbt_error *error);

/**
 * Frees an error.
 *
 * @param error may be NULL; then nothing happens
 * @par Memory
 * The error and its texts are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_error_free(nbt_error *error);

/**
 * Makes a secret from a text, to compare it or to keep it where it is wiped.
 *
 * @param text is copied
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT if text or out is NULL or the text is not UTF-8
 * @par Memory
 * Free the handle with nbt_secret_free and the error with nbt_error_free. Wiping text is up to the caller.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_result nbt_secret_new(const char *text,
                          nbt_secret **out,
                          nbt_error **error);

/**
 * The plain text. Guarding copies of it is up to the caller.
 *
 * @param secret may be NULL
 * @param[out] length receives the number of bytes, without the NUL at the end; may be NULL
 * @return the text; NULL for NULL
 * @par Memory
 * The text belongs to the secret and is valid until nbt_secret_free, which wipes it.
 * @par Threads
 * Any; one secret may be read by several at once.
 */
const char *nbt_secret_expose(const nbt_secret *secret,
                              size_t *length);

/**
 * What may be printed in place of the secret.
 *
 * @param secret may be NULL
 * @return nbp_**** for a PAT, **** for anything else and for NULL; never NULL
 * @par Memory
 * The text is static and never freed.
 * @par Threads
 * Any; one secret may be read by several at once.
 */
const char *nbt_secret_masked(const nbt_secret *secret);

/**
 * Whether two secrets are the same text. The time that it takes depends on nothing but their lengths.
 *
 * @param secret may be NULL
 * @param other may be NULL
 * @return whether they are equal; false if either is NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one secret may be read by several at once.
 */
bool nbt_secret_equals(const nbt_secret *secret,
                       const nbt_secret *other);

/**
 * Wipes a secret and frees it.
 *
 * @param secret may be NULL; then nothing happens
 * @par Memory
 * The secret and its text are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_secret_free(nbt_secret *secret);

/**
 * Makes a credential from a personal access token, exactly its 40 characters. Its prefix, length and checksum are checked
 * offline.
 *
 * @param text is copied
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_CREDENTIAL, with a message that says what is wrong; NBT_INVALID_ARGUMENT
 * @par Memory
 * Free the handle with nbt_credential_free and the error with nbt_error_free. Wiping text is up to the caller.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_result nbt_credential_new_pat(const char *text,
                                  nbt_credential **out,
                                  nbt_error **error);

/**
 * Makes a credential from a JWT. Its shape is checked; its signature and its expiry are for the server to check. See
 * nbt_credential_expires_at for the expiry that it states.
 *
 * @param text is copied
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_CREDENTIAL, with a message that says what is wrong; NBT_INVALID_ARGUMENT
 * @par Memory
 * Free the handle with nbt_credential_free and the error with nbt_error_free. Wiping text is up to the caller.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_result nbt_credential_new_bearer(const char *text,
                                     nbt_credential **out,
                                     nbt_error **error);

/**
 * Makes a credential from either of the two, as people paste them: white space and quotes around it, and a leading Token,
 * Bearer or Authorization:, are removed.
 *
 * @param text is copied
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_CREDENTIAL, with a message that says what is wrong; NBT_INVALID_ARGUMENT
 * @par Memory
 * Free the handle with nbt_credential_free and the error with nbt_error_free. Wiping text is up to the caller.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_result nbt_credential_new_detect(const char *text,
                                     nbt_credential **out,
                                     nbt_error **error);

/**
 * Whether a credential is a PAT or a JWT.
 *
 * @param credential may be NULL
 * @return its kind; NBT_CREDENTIAL_NONE for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one credential may be read by several at once.
 */
nbt_credential_kind nbt_credential_get_kind(const nbt_credential *credential);

/**
 * When a JWT expires, if it says so. A PAT does not say: ask the server.
 *
 * @param credential may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, 0 if it does not say; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return whether it says so; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one credential may be read by several at once.
 */
bool nbt_credential_expires_at(const nbt_credential *credential,
                               int64_t *seconds,
                               uint32_t *nanoseconds);

/**
 * Wipes a credential and frees it. Clients that use it have their own copy.
 *
 * @param credential may be NULL; then nothing happens
 * @par Memory
 * The credential is gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_credential_free(nbt_credential *credential);

/**
 * Makes a cancel handle that is not cancelled.
 *
 * @return the handle; NULL only in case of a bug in the library
 * @par Memory
 * Free it with nbt_cancel_free.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_cancel *nbt_cancel_new(void);

/**
 * Ends the calls with NBT_CANCELLED: those in progress within 50 ms, later ones at once. Does not wait for them.
 *
 * @param cancel may be NULL; then nothing happens
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any, and signal handlers: it takes no lock and allocates nothing.
 */
void nbt_cancel_cancel(const nbt_cancel *cancel);

/**
 * Whether nbt_cancel_cancel was called.
 *
 * @param cancel may be NULL
 * @return whether it was; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any, and signal handlers.
 */
bool nbt_cancel_is_cancelled(const nbt_cancel *cancel);

/**
 * Frees a cancel handle. Clients that were made with it can still be used.
 *
 * @param cancel may be NULL; then nothing happens
 * @par Memory
 * The handle is gone afterwards.
 * @par Threads
 * Any, once no other thread uses it; not a signal handler.
 */
void nbt_cancel_free(nbt_cancel *cancel);

/**
 * Makes a builder with every option at its default.
 *
 * @return the builder; NULL only in case of a bug in the library
 * @par Memory
 * Free it with nbt_client_builder_free, also after building.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_client_builder *nbt_client_builder_new(void);

/**
 * Sets a function that is called for every request, retry and reconciliation, on the thread that makes the call: several threads
 * that use one client call it at the same time. What becomes of an interrupted create is reported on a background thread of the
 * library. Default: none.
 *
 * @param builder must not be NULL
 * @param callback the function; NULL for none
 * @param user_data is passed to the function as it is; may be NULL
 * @param free_user_data is called once with user_data, on any thread, when nothing can call callback any more: the builder,
 * the client and all its handles are freed and its interrupted creates finished, or another callback was set; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used, and then free_user_data is called at once
 * @par Memory
 * user_data must stay valid until free_user_data is called. Without free_user_data, call nbt_client_close and free all
 * handles of the client before you free it.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_log(nbt_client_builder *builder,
                                      nbt_log_callback callback,
                                      void *user_data,
                                      nbt_free_callback free_user_data);

/**
 * Makes the client. Nothing is sent yet, and no thread is started. The options are used up: a second client needs another
 * builder.
 *
 * @param builder must not be NULL
 * @param[out] out receives the client, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; what a setter refused before; NBT_CONFIGURATION if there is no credential, or if a variable, a proxy or the
 * CA cannot be used; NBT_INVALID_CREDENTIAL; NBT_INVALID_ARGUMENT for an option that cannot be meant
 * @par Memory
 * Free the client with nbt_client_free, the error with nbt_error_free, and the builder too.
 * @par Threads
 * One at a time for each builder.
 */
NBT_MUST_USE
nbt_result nbt_client_builder_build(nbt_client_builder *builder,
                                    nbt_client **out,
                                    nbt_error **error);

/**
 * Frees a builder. Clients that were built with it can still be used.
 *
 * @param builder may be NULL; then nothing happens
 * @par Memory
 * The builder is gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_client_builder_free(nbt_client_builder *builder);

/**
 * Sets where the server is, with or without a trailing / and /api. Default: https://api.netbird.io. http:// is accepted for
 * this machine only, unless nbt_client_builder_set_allow_insecure_http.
 *
 * @param builder must not be NULL
 * @param management_url is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_management_url(nbt_client_builder *builder,
                                                 const char *management_url);

/**
 * Sets how to authenticate.
 *
 * @param builder must not be NULL
 * @param credential is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * The credential stays the caller's and may be freed at once.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_credential(nbt_client_builder *builder,
                                             const nbt_credential *credential);

/**
 * Sets the path of a file that holds the credential, in place of nbt_client_builder_set_credential. The file is followed: when
 * the server refuses the credential and the file holds another one by then, the client goes on with that one, and the call is
 * repeated once. Only a regular file can be used; symbolic links to one are followed.
 *
 * @param builder must not be NULL
 * @param token_file is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_token_file(nbt_client_builder *builder,
                                             const char *token_file);

/**
 * Takes what is not set explicitly from the environment: the credential from NB_PAT, then NETBIRD_API_TOKEN,
 * NETBIRD_TOKEN, NB_API_KEY; the URL from NB_MANAGEMENT_URL, then NETBIRD_API_URL. Two that disagree are an error that
 * names both. The environment is read by nbt_client_builder_build.
 *
 * @param builder must not be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_from_env(nbt_client_builder *builder);

/**
 * Sets how long making a connection may take. Default: 10 s.
 *
 * @param builder must not be NULL
 * @param milliseconds more than 0, at most a day
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_connect_timeout_ms(nbt_client_builder *builder,
                                                     uint64_t milliseconds);

/**
 * Sets how long the server may be silent. Default: 30 s.
 *
 * @param builder must not be NULL
 * @param milliseconds more than 0, at most a day
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_read_timeout_ms(nbt_client_builder *builder,
                                                  uint64_t milliseconds);

/**
 * Sets how long a whole call may take, retries and waits included. Default: 60 s.
 *
 * @param builder must not be NULL
 * @param milliseconds more than 0, at most a day
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_timeout_ms(nbt_client_builder *builder,
                                             uint64_t milliseconds);

/**
 * Sets the maximum number of retries of one request. Default: 2.
 *
 * @param builder must not be NULL
 * @param retries the number; 0 for none
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_max_retries(nbt_client_builder *builder,
                                              uint32_t retries);

/**
 * Sets the base of the exponential backoff (full jitter): each wait is a random share of a ceiling that starts here and doubles.
 * Default: 0.5 s.
 *
 * @param builder must not be NULL
 * @param milliseconds at most a day
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_retry_base_delay_ms(nbt_client_builder *builder,
                                                      uint64_t milliseconds);

/**
 * Sets the maximum backoff, unless the server asks for more. Default: 8 s.
 *
 * @param builder must not be NULL
 * @param milliseconds at most a day
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_retry_max_delay_ms(nbt_client_builder *builder,
                                                     uint64_t milliseconds);

/**
 * Sets the largest body that is read. Default: 64 MiB.
 *
 * @param builder must not be NULL
 * @param bytes the size; more than 0
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_max_response_bytes(nbt_client_builder *builder,
                                                     size_t bytes);

/**
 * Allows http:// to other machines and http:// through a proxy. Both send the credential in clear text. Default: false.
 *
 * @param builder must not be NULL
 * @param allow whether to allow it
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_allow_insecure_http(nbt_client_builder *builder,
                                                      bool allow);

/**
 * Trusts these certificates (PEM, one or more) in addition to the platform's.
 *
 * @param builder must not be NULL
 * @param ca_pem the certificates themselves, not the name of a file; is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_ca_pem(nbt_client_builder *builder,
                                         const char *ca_pem);

/**
 * Sends everything through this proxy (http://host:port), whatever the environment says.
 *
 * @param builder must not be NULL
 * @param proxy is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_proxy(nbt_client_builder *builder,
                                        const char *proxy);

/**
 * Sets whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY apply. Default: true.
 *
 * @param builder must not be NULL
 * @param from_env whether they apply
 * @return NBT_OK; NBT_INVALID_ARGUMENT if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_proxy_from_env(nbt_client_builder *builder,
                                                 bool from_env);

/**
 * Sets a prefix for the User-Agent, for example backup/1.2.
 *
 * @param builder must not be NULL
 * @param user_agent is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_user_agent(nbt_client_builder *builder,
                                             const char *user_agent);

/**
 * Sets what to do about a create whose answer was lost. Default: NBT_ON_UNKNOWN_REPORT.
 *
 * @param builder must not be NULL
 * @param on_unknown one of nbt_on_unknown
 * @return NBT_OK; NBT_INVALID_ARGUMENT for any other number, and if builder is NULL or was used
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each builder.
 */
nbt_result nbt_client_builder_set_on_unknown(nbt_client_builder *builder,
                                             uint32_t on_unknown);

/**
 * The token's id, 20 characters chosen by the server. Not a secret.
 *
 * @param token may be NULL
 * @return the id; NULL for NULL
 * @par Memory
 * The text belongs to the token and is valid as long as that is.
 * @par Threads
 * Any; one token may be read by several at once.
 */
const char *nbt_token_id(const nbt_token *token);

/**
 * The name it was given; not unique.
 *
 * @param token may be NULL
 * @return the name, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the token and is valid as long as that is.
 * @par Threads
 * Any; one token may be read by several at once.
 */
const char *nbt_token_name(const nbt_token *token);

/**
 * The id of the user who created it, which need not be the one who owns it.
 *
 * @param token may be NULL
 * @return the id; NULL for NULL
 * @par Memory
 * The text belongs to the token and is valid as long as that is.
 * @par Threads
 * Any; one token may be read by several at once.
 */
const char *nbt_token_created_by(const nbt_token *token);

/**
 * The id of the user who owns it: the one whose tokens were requested.
 *
 * @param token may be NULL
 * @return the id; NULL for NULL
 * @par Memory
 * The text belongs to the token and is valid as long as that is.
 * @par Threads
 * Any; one token may be read by several at once.
 */
const char *nbt_token_user_id(const nbt_token *token);

/**
 * When it stops working. 0001-01-01T00:00:00Z if the server keeps none; it treats such a token as expired.
 *
 * @param token may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, negative before; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return true; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one token may be read by several at once.
 */
bool nbt_token_expiration_date(const nbt_token *token,
                               int64_t *seconds,
                               uint32_t *nanoseconds);

/**
 * When it was created.
 *
 * @param token may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, negative before; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return true; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one token may be read by several at once.
 */
bool nbt_token_created_at(const nbt_token *token,
                          int64_t *seconds,
                          uint32_t *nanoseconds);

/**
 * When it last authenticated a request. Reading a token with that same token counts as a use.
 *
 * @param token may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 if there is none; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return whether it ever did; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one token may be read by several at once.
 */
bool nbt_token_last_used(const nbt_token *token,
                         int64_t *seconds,
                         uint32_t *nanoseconds);

/**
 * Whether the server refuses it at an instant (it does so after the expiration date, not at it).
 *
 * @param token must not be NULL
 * @param now_seconds the instant, in seconds since 1970, UTC; time(NULL) for now
 * @param now_nanoseconds the nanoseconds after that, 0 to 999999999
 * @param[out] out receives the answer, false on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for an instant outside the years -9999 to 9999
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one token may be read by several at once.
 */
NBT_MUST_USE
nbt_result nbt_token_is_expired(const nbt_token *token,
                                int64_t now_seconds,
                                uint32_t now_nanoseconds,
                                bool *out,
                                nbt_error **error);

/**
 * Whole days of 24 hours from an instant to the expiration date, rounded down: 0 on the last day, negative once expired.
 *
 * @param token must not be NULL
 * @param now_seconds the instant, in seconds since 1970, UTC; time(NULL) for now
 * @param now_nanoseconds the nanoseconds after that, 0 to 999999999
 * @param[out] out receives the answer, 0 on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for an instant outside the years -9999 to 9999
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one token may be read by several at once.
 */
NBT_MUST_USE
nbt_result nbt_token_days_left(const nbt_token *token,
                               int64_t now_seconds,
                               uint32_t now_nanoseconds,
                               int64_t *out,
                               nbt_error **error);

/**
 * A token as JSON: an object with the names of the API and user_id; times in RFC 3339 and UTC, last_used null for never.
 *
 * @param token may be NULL
 * @return the JSON, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the token and is valid as long as that is.
 * @par Threads
 * Any; one token may be read by several at once.
 */
const char *nbt_token_to_json(const nbt_token *token);

/**
 * Whether two tokens are the same in every field.
 *
 * @param token may be NULL
 * @param other may be NULL
 * @return whether they are equal; true for two NULL, false for one
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one token may be read by several at once.
 */
bool nbt_token_equals(const nbt_token *token,
                      const nbt_token *other);

/**
 * Copies a token, for example to keep one of a list that is freed.
 *
 * @param token may be NULL
 * @return the copy; NULL for NULL
 * @par Memory
 * Free the copy with nbt_token_free.
 * @par Threads
 * Any; one token may be read by several at once.
 */
NBT_MUST_USE
nbt_token *nbt_token_clone(const nbt_token *token);

/**
 * Frees a token that was handed over. Never call it for one that belongs to a list or a check.
 *
 * @param token may be NULL; then nothing happens
 * @par Memory
 * The token and its texts are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_token_free(nbt_token *token);

/**
 * How many tokens a list has.
 *
 * @param list may be NULL
 * @return the number; 0 for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one list may be read by several at once.
 */
size_t nbt_token_list_len(const nbt_token_list *list);

/**
 * A token of a list.
 *
 * @param list may be NULL
 * @param index counts from 0
 * @return the token; NULL if the index is out of range
 * @par Memory
 * The token belongs to the list and is valid until nbt_token_list_free; never free it by itself.
 * @par Threads
 * Any; one list may be read by several at once.
 */
const nbt_token *nbt_token_list_at(const nbt_token_list *list,
                                   size_t index);

/**
 * Frees a list and all its tokens.
 *
 * @param list may be NULL; then nothing happens
 * @par Memory
 * The list and its tokens are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_token_list_free(nbt_token_list *list);

/**
 * The id, which token calls take as the user id.
 *
 * @param user may be NULL
 * @return the id; NULL for NULL
 * @par Memory
 * The text belongs to the user and is valid as long as that is.
 * @par Threads
 * Any; one user may be read by several at once.
 */
const char *nbt_user_id(const nbt_user *user);

/**
 * The display name; not unique.
 *
 * @param user may be NULL
 * @return the name, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the user and is valid as long as that is.
 * @par Threads
 * Any; one user may be read by several at once.
 */
const char *nbt_user_name(const nbt_user *user);

/**
 * The e-mail address.
 *
 * @param user may be NULL
 * @return the address, empty for a service user; NULL for NULL
 * @par Memory
 * The text belongs to the user and is valid as long as that is.
 * @par Threads
 * Any; one user may be read by several at once.
 */
const char *nbt_user_email(const nbt_user *user);

/**
 * The role.
 *
 * @param user may be NULL
 * @return owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds; NULL
 * for NULL
 * @par Memory
 * The text belongs to the user and is valid as long as that is.
 * @par Threads
 * Any; one user may be read by several at once.
 */
const char *nbt_user_role(const nbt_user *user);

/**
 * The status.
 *
 * @param user may be NULL
 * @return active, invited, blocked, or one that a newer server adds; NULL for NULL
 * @par Memory
 * The text belongs to the user and is valid as long as that is.
 * @par Threads
 * Any; one user may be read by several at once.
 */
const char *nbt_user_status(const nbt_user *user);

/**
 * Whether the credential in use belongs to this user.
 *
 * @param user may be NULL
 * @return whether it is; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one user may be read by several at once.
 */
bool nbt_user_is_current(const nbt_user *user);

/**
 * Whether it is a service user.
 *
 * @param user may be NULL
 * @return whether it is; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one user may be read by several at once.
 */
bool nbt_user_is_service_user(const nbt_user *user);

/**
 * Whether an administrator has blocked it.
 *
 * @param user may be NULL
 * @return whether it is; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one user may be read by several at once.
 */
bool nbt_user_is_blocked(const nbt_user *user);

/**
 * Whether it is waiting for an administrator's approval.
 *
 * @param user may be NULL
 * @return whether it is; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one user may be read by several at once.
 */
bool nbt_user_pending_approval(const nbt_user *user);

/**
 * When the user last logged in.
 *
 * @param user may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 if there is none; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return whether the user ever did; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one user may be read by several at once.
 */
bool nbt_user_last_login(const nbt_user *user,
                         int64_t *seconds,
                         uint32_t *nanoseconds);

/**
 * A user as JSON: an object with the names of the API; last_login in RFC 3339 and UTC, null for never.
 *
 * @param user may be NULL
 * @return the JSON, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the user and is valid as long as that is.
 * @par Threads
 * Any; one user may be read by several at once.
 */
const char *nbt_user_to_json(const nbt_user *user);

/**
 * Whether two users are the same in every field.
 *
 * @param user may be NULL
 * @param other may be NULL
 * @return whether they are equal; true for two NULL, false for one
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one user may be read by several at once.
 */
bool nbt_user_equals(const nbt_user *user,
                     const nbt_user *other);

/**
 * Copies a user, for example to keep one of a list that is freed.
 *
 * @param user may be NULL
 * @return the copy; NULL for NULL
 * @par Memory
 * Free the copy with nbt_user_free.
 * @par Threads
 * Any; one user may be read by several at once.
 */
NBT_MUST_USE
nbt_user *nbt_user_clone(const nbt_user *user);

/**
 * Frees a user that was handed over. Never call it for one that belongs to a list or a check.
 *
 * @param user may be NULL; then nothing happens
 * @par Memory
 * The user and its texts are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_user_free(nbt_user *user);

/**
 * How many users a list has.
 *
 * @param list may be NULL
 * @return the number; 0 for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one list may be read by several at once.
 */
size_t nbt_user_list_len(const nbt_user_list *list);

/**
 * A user of a list.
 *
 * @param list may be NULL
 * @param index counts from 0
 * @return the user; NULL if the index is out of range
 * @par Memory
 * The user belongs to the list and is valid until nbt_user_list_free; never free it by itself.
 * @par Threads
 * Any; one list may be read by several at once.
 */
const nbt_user *nbt_user_list_at(const nbt_user_list *list,
                                 size_t index);

/**
 * Frees a list and all its users.
 *
 * @param list may be NULL; then nothing happens
 * @par Memory
 * The list and its users are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_user_list_free(nbt_user_list *list);

/**
 * The stable name of a state, the same in every language: pending_approval for NBT_CREDENTIAL_STATE_PENDING_APPROVAL.
 *
 * @param state one of nbt_credential_state; any other number is allowed
 * @return the name, none for NBT_CREDENTIAL_STATE_NONE and for a number that is not a state; never NULL
 * @par Memory
 * The text is static and never freed.
 * @par Threads
 * Any.
 */
const char *nbt_credential_state_name(uint32_t state);

/**
 * Whether the credential works, and why not.
 *
 * @param check may be NULL
 * @return the state; NBT_CREDENTIAL_STATE_NONE for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one check may be read by several at once.
 */
nbt_credential_state nbt_credential_check_state(const nbt_credential_check *check);

/**
 * Whether the credential is a PAT or a JWT.
 *
 * @param check may be NULL
 * @return the kind; NBT_CREDENTIAL_NONE for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one check may be read by several at once.
 */
nbt_credential_kind nbt_credential_check_kind(const nbt_credential_check *check);

/**
 * The user that the credential belongs to.
 *
 * @param check may be NULL
 * @return the user; NULL unless the credential works, and for NULL
 * @par Memory
 * The user belongs to the check and is valid until nbt_credential_check_free; never free it by itself.
 * @par Threads
 * Any; one check may be read by several at once.
 */
const nbt_user *nbt_credential_check_user(const nbt_credential_check *check);

/**
 * Which of the user's tokens the credential is. Its time of last use is the check itself.
 *
 * @param check may be NULL
 * @return the token; NULL for a JWT, for a role that may not list its own tokens, where nothing proves which token it is
 * (another one was used at the same time, or the server's clock is too coarse), and for NULL
 * @par Memory
 * The token belongs to the check and is valid until nbt_credential_check_free; never free it by itself.
 * @par Threads
 * Any; one check may be read by several at once.
 */
const nbt_token *nbt_credential_check_token(const nbt_credential_check *check);

/**
 * When the credential stops working: known for a PAT if its token is, and for a JWT if it says so.
 *
 * @param check may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 if it is not known; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return whether it is known; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one check may be read by several at once.
 */
bool nbt_credential_check_expires_at(const nbt_credential_check *check,
                                     int64_t *seconds,
                                     uint32_t *nanoseconds);

/**
 * What the server said about a credential that does not work.
 *
 * @param check may be NULL
 * @return the error; NULL if the credential works, and for NULL
 * @par Memory
 * The error belongs to the check and is valid until nbt_credential_check_free; never free it by itself.
 * @par Threads
 * Any; one check may be read by several at once.
 */
const nbt_error *nbt_credential_check_error(const nbt_credential_check *check);

/**
 * A check as JSON: state and kind by their names, user, token, expires_at, error, each null where it is not known.
 *
 * @param check may be NULL
 * @return the JSON, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the check and is valid as long as that is.
 * @par Threads
 * Any; one check may be read by several at once.
 */
const char *nbt_credential_check_to_json(const nbt_credential_check *check);

/**
 * Frees a check.
 *
 * @param check may be NULL; then nothing happens
 * @par Memory
 * The check, its user, its token and its error are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_credential_check_free(nbt_credential_check *check);

/**
 * Makes a client with the credential and the management URL from the environment; see nbt_client_builder_from_env.
 *
 * @param[out] out receives the client, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_CONFIGURATION if there is no credential or two variables disagree; NBT_INVALID_CREDENTIAL;
 * NBT_INVALID_ARGUMENT
 * @par Memory
 * Free the client with nbt_client_free and the error with nbt_error_free.
 * @par Threads
 * Any, while no thread changes the environment.
 */
NBT_MUST_USE
nbt_result nbt_client_from_env(nbt_client **out,
                               nbt_error **error);

/**
 * The management URL in use, without /api and without a trailing slash.
 *
 * @param client may be NULL
 * @return the URL; NULL for NULL
 * @par Memory
 * The text belongs to the client and is valid until nbt_client_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
const char *nbt_client_management_url(const nbt_client *client);

/**
 * Uses another credential from the next call on, in every handle of the client. Calls in progress keep the old one.
 *
 * @param client must not be NULL
 * @param credential is copied
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_CREDENTIAL if it has a character that cannot be sent; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * The credential stays the caller's and may be freed at once. Free the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_set_credential(const nbt_client *client,
                                     const nbt_credential *credential,
                                     nbt_error **error);

/**
 * Makes another handle of the same client, whose calls may take this long, retries included. Connections and credential are
 * shared.
 *
 * @param client must not be NULL
 * @param milliseconds for a whole call: more than 0, at most a day
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL, for 0 and for more than a day
 * @par Memory
 * Free the handle with nbt_client_free; both handles have a life of their own. Free the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_with_timeout_ms(const nbt_client *client,
                                      uint64_t milliseconds,
                                      nbt_client **out,
                                      nbt_error **error);

/**
 * Makes another handle of the same client, whose calls end with NBT_CANCELLED once cancel is cancelled. Connections and
 * credential are shared.
 *
 * An interrupted create is finished in the background: if the server made a token, it is revoked, because nobody holds its
 * secret. nbt_client_close waits for that.
 *
 * @param client must not be NULL
 * @param cancel may be used for any number of clients
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Free the handle with nbt_client_free; it, client and cancel have lives of their own. Free the error with
 * nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_with_cancel(const nbt_client *client,
                                  const nbt_cancel *cancel,
                                  nbt_client **out,
                                  nbt_error **error);

/**
 * Waits until the interrupted creates of a client, in all its handles, are finished: at most 5 seconds. What could not be cleaned
 * up was reported to the log callback. The client can still be used, and must still be freed. A normal exit of the process waits in
 * the same way for all clients.
 *
 * @param client must not be NULL
 * @param[out] finished receives whether all are finished, false on failure; may be NULL
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_CANCELLED if the handle's nbt_cancel ended the wait; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_close(const nbt_client *client,
                            bool *finished,
                            nbt_error **error);

/**
 * Frees a client handle, without waiting for interrupted creates. Its connections are closed with the last handle of the client.
 *
 * @param client may be NULL; then nothing happens
 * @par Memory
 * The handle is gone afterwards. What calls gave (tokens, lists, errors) stays.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_client_free(nbt_client *client);

/**
 * Lists all tokens of a user, in no particular order. A user without any gives an empty list.
 *
 * @param client must not be NULL
 * @param user_id the owner of the tokens; NULL for the user that the credential belongs to
 * @param[out] out receives the list, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code
 * @par Memory
 * Free the list with nbt_token_list_free and the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_list_tokens(const nbt_client *client,
                                  const char *user_id,
                                  nbt_token_list **out,
                                  nbt_error **error);

/**
 * Gets one token of a user.
 *
 * @param client must not be NULL
 * @param token_id the token's id
 * @param user_id the owner of the token; NULL for the user that the credential belongs to
 * @param[out] out receives the token, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code; NBT_NOT_FOUND also if the token is another user's
 * @par Memory
 * Free the token with nbt_token_free and the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_get_token(const nbt_client *client,
                                const char *token_id,
                                const char *user_id,
                                nbt_token **out,
                                nbt_error **error);

/**
 * Creates a token for a user. It is never sent twice unless the first was certainly not acted on. If its answer is lost, finding
 * out what it did may take 15 seconds beyond the call's own time; the result is then a token or NBT_OUTCOME_UNKNOWN, never another
 * error.
 *
 * @param client must not be NULL
 * @param name need not be unique; must not be empty
 * @param expires_in_days the lifetime, 1 to 365 days; NBT_DEFAULT_EXPIRES_IN_DAYS for the default
 * @param flags of nbt_create_flags; 0 for none
 * @param user_id the owner of the new token; NULL for the user that the credential belongs to
 * @param[out] token receives what the server says about the token, NULL on failure
 * @param[out] plain_token receives the secret, which the server never shows again, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code
 * @par Memory
 * Free the token with nbt_token_free, the secret with nbt_secret_free, which wipes it, and the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_create_token(const nbt_client *client,
                                   const char *name,
                                   int64_t expires_in_days,
                                   uint32_t flags,
                                   const char *user_id,
                                   nbt_token **token,
                                   nbt_secret **plain_token,
                                   nbt_error **error);

/**
 * Deletes (revokes) a token of a user. Success means that the server said so, or that it no longer knows the token after an
 * attempt whose answer was lost.
 *
 * @param client must not be NULL
 * @param token_id the token's id
 * @param user_id the owner of the token; NULL for the user that the credential belongs to
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_delete_token(const nbt_client *client,
                                   const char *token_id,
                                   const char *user_id,
                                   nbt_error **error);

/**
 * Gets the user that the credential belongs to. Always asks the server.
 *
 * @param client must not be NULL
 * @param[out] out receives the user, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code
 * @par Memory
 * Free the user with nbt_user_free and the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_current_user(const nbt_client *client,
                                   nbt_user **out,
                                   nbt_error **error);

/**
 * Lists the users that the credential may see: all, or only its own.
 *
 * @param client must not be NULL
 * @param[out] out receives the list, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code
 * @par Memory
 * Free the list with nbt_user_list_free and the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_list_users(const nbt_client *client,
                                 nbt_user_list **out,
                                 nbt_error **error);

/**
 * Checks whether the credential works, and what is known about it. One that does not work is not a failure of the call: the check
 * says how the server refuses it.
 *
 * @param client must not be NULL
 * @param[out] out receives the check, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; what kept the question from being answered: the network, the server's own failure, the time
 * @par Memory
 * Free the check with nbt_credential_check_free and the error with nbt_error_free.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_check_credential(const nbt_client *client,
                                       nbt_credential_check **out,
                                       nbt_error **error);

/**
 * The stable name of a stage, the same in every language: planned for NBT_ROTATION_STAGE_PLANNED.
 *
 * @param stage one of nbt_rotation_stage; any other number is allowed
 * @return the name, none for NBT_ROTATION_STAGE_NONE and for a number that is not a stage; never NULL
 * @par Memory
 * The text is static and never freed.
 * @par Threads
 * Any.
 */
const char *nbt_rotation_stage_name(uint32_t stage);

/**
 * Finishes a rotation that another process began, by its record. If the caller holds the successor's secret (the record says
 * NBT_ROTATION_STAGE_STORED, or plain_token is that secret), the old token is revoked, or kept if the record says so; if not, the
 * successor is revoked. A finished rotation is given back as it is.
 *
 * @param client of the same server; must not be NULL
 * @param record must not be NULL
 * @param plain_token the secret, if you find that you hold it; NULL to go by the record
 * @param[out] out receives the record as it is then, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code; NBT_INVALID_ARGUMENT for a record of another server; NBT_CONFLICT when one of the two
 * tokens is gone, so that finishing would leave none that works
 * @par Memory
 * Free the new record with nbt_rotation_record_free and the error with nbt_error_free. What is passed stays the caller's.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_resume_rotation(const nbt_client *client,
                                      const nbt_rotation_record *record,
                                      const nbt_secret *plain_token,
                                      nbt_rotation_record **out,
                                      nbt_error **error);

/**
 * Reads a record from the text of nbt_rotation_record_to_json.
 *
 * @param json the text
 * @param[out] out receives the record, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for a text that is not a record, or one of a later version. The message repeats nothing of
 * the text
 * @par Memory
 * Free the record with nbt_rotation_record_free and the error with nbt_error_free.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_result nbt_rotation_record_from_json(const char *json,
                                         nbt_rotation_record **out,
                                         nbt_error **error);

/**
 * The record as JSON, on one line, to be stored.
 *
 * @param record may be NULL
 * @return the text; NULL for NULL
 * @par Memory
 * The text belongs to the record and is valid until nbt_rotation_record_free.
 * @par Threads
 * Any; one record may be read by several at once.
 */
const char *nbt_rotation_record_to_json(const nbt_rotation_record *record);

/**
 * The server: its management URL.
 *
 * @param record may be NULL
 * @return the URL; NULL for NULL
 * @par Memory
 * The text belongs to the record and is valid until nbt_rotation_record_free.
 * @par Threads
 * Any; one record may be read by several at once.
 */
const char *nbt_rotation_record_management_url(const nbt_rotation_record *record);

/**
 * The id of the user who owns both tokens.
 *
 * @param record may be NULL
 * @return the id; NULL for NULL
 * @par Memory
 * The text belongs to the record and is valid until nbt_rotation_record_free.
 * @par Threads
 * Any; one record may be read by several at once.
 */
const char *nbt_rotation_record_user_id(const nbt_rotation_record *record);

/**
 * The id of the token to be replaced.
 *
 * @param record may be NULL
 * @return the id; NULL for NULL
 * @par Memory
 * The text belongs to the record and is valid until nbt_rotation_record_free.
 * @par Threads
 * Any; one record may be read by several at once.
 */
const char *nbt_rotation_record_old_token_id(const nbt_rotation_record *record);

/**
 * The name that the successor is created under, with its tag.
 *
 * @param record may be NULL
 * @return the name, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the record and is valid until nbt_rotation_record_free.
 * @par Threads
 * Any; one record may be read by several at once.
 */
const char *nbt_rotation_record_token_name(const nbt_rotation_record *record);

/**
 * The id of the successor.
 *
 * @param record may be NULL
 * @return the id; NULL while it is not known, and for NULL
 * @par Memory
 * The text belongs to the record and is valid until nbt_rotation_record_free.
 * @par Threads
 * Any; one record may be read by several at once.
 */
const char *nbt_rotation_record_token_id(const nbt_rotation_record *record);

/**
 * Whether the successor's name has a tag of this rotation.
 *
 * @param record may be NULL
 * @return whether it has; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one record may be read by several at once.
 */
bool nbt_rotation_record_is_tagged(const nbt_rotation_record *record);

/**
 * Whether the old token is to be kept.
 *
 * @param record may be NULL
 * @return whether it is; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one record may be read by several at once.
 */
bool nbt_rotation_record_keep_old(const nbt_rotation_record *record);

/**
 * How far the rotation has come.
 *
 * @param record may be NULL
 * @return the stage; NBT_ROTATION_STAGE_NONE for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one record may be read by several at once.
 */
nbt_rotation_stage nbt_rotation_record_stage(const nbt_rotation_record *record);

/**
 * Frees a record.
 *
 * @param record may be NULL; then nothing happens
 * @par Memory
 * The record and its texts are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_rotation_record_free(nbt_rotation_record *record);

/**
 * Begins to rotate a token: finds it and creates its successor. The old token still works. Store the secret of
 * nbt_rotation_plain_token, then call nbt_rotation_commit; if it cannot be stored, call nbt_rotation_abort.
 *
 * @param client must not be NULL
 * @param token_id the token's id; NULL to find it by its name
 * @param name the token's name, if exactly one has it (a tag at its end does not count); NULL if token_id is given
 * @param new_name the successor's name; NULL for the old one, without its tag
 * @param expires_in_days the successor's lifetime, 1 to 365 days; NBT_SAME_LIFETIME for the old token's
 * @param flags of nbt_rotate_flags; 0 for none
 * @param user_id the owner of the token; NULL for the user that the credential belongs to
 * @param[out] out receives the rotation, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code; NBT_CONFLICT if several tokens have the name: the error has their ids. Unless it is
 * NBT_OUTCOME_UNKNOWN, a failure has changed nothing
 * @par Memory
 * Free the rotation with nbt_rotation_free and the error with nbt_error_free. The rotation outlives the client's handle.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_rotate_token(const nbt_client *client,
                                   const char *token_id,
                                   const char *name,
                                   const char *new_name,
                                   int64_t expires_in_days,
                                   uint32_t flags,
                                   const char *user_id,
                                   nbt_rotation **out,
                                   nbt_error **error);

/**
 * The token that is replaced, as it was when the rotation began.
 *
 * @param rotation may be NULL
 * @return the token; NULL for NULL
 * @par Memory
 * The token belongs to the rotation and is valid until nbt_rotation_free; never free it by itself.
 * @par Threads
 * Any; one rotation may be used by several at once.
 */
const nbt_token *nbt_rotation_old_token(const nbt_rotation *rotation);

/**
 * The successor.
 *
 * @param rotation may be NULL
 * @return the token; NULL before it is created, after an abort, and for NULL
 * @par Memory
 * The token belongs to the rotation and is valid until nbt_rotation_free; never free it by itself.
 * @par Threads
 * Any; one rotation may be used by several at once.
 */
const nbt_token *nbt_rotation_token(const nbt_rotation *rotation);

/**
 * The successor's secret. The server never shows it again.
 *
 * @param rotation may be NULL
 * @return the secret; NULL before it is created, after an abort, and for NULL
 * @par Memory
 * The secret belongs to the rotation and is valid until nbt_rotation_free, which wipes it; never free it by itself.
 * @par Threads
 * Any; one rotation may be used by several at once.
 */
const nbt_secret *nbt_rotation_plain_token(const nbt_rotation *rotation);

/**
 * What another process needs to finish the rotation, as it is now. Store it after every step, and before nbt_rotation_create if
 * the rotation was only prepared.
 *
 * @param rotation may be NULL
 * @return a record of its own, which holds no secret; NULL for NULL
 * @par Memory
 * Free the record with nbt_rotation_record_free.
 * @par Threads
 * Any; one rotation may be used by several at once.
 */
NBT_MUST_USE
nbt_rotation_record *nbt_rotation_get_record(const nbt_rotation *rotation);

/**
 * Creates the successor of a rotation that was only prepared (NBT_ROTATE_PREPARE_ONLY). Once it exists, this does nothing.
 *
 * @param rotation must not be NULL
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code. Unless it is NBT_OUTCOME_UNKNOWN or NBT_CANCELLED, a failure has created nothing,
 * and it may be called again
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one rotation may be used by several at once, but while one changes it another one gets NBT_CONFLICT.
 */
NBT_MUST_USE
nbt_result nbt_rotation_create(const nbt_rotation *rotation,
                               nbt_error **error);

/**
 * Notes in the record that the secret is stored. nbt_rotation_commit does it too; do it yourself to store a record that says so
 * before you commit.
 *
 * @param rotation may be NULL; then nothing happens
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one rotation may be used by several at once.
 */
void nbt_rotation_mark_stored(const nbt_rotation *rotation);

/**
 * Proves that the successor authenticates, and revokes the old token, unless it is to be kept. Calling it again goes on where it
 * failed; when all is done it does nothing.
 *
 * @param rotation must not be NULL
 * @param keep_old whether to keep the old token, for example until other machines have the new secret
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code; NBT_INVALID_ARGUMENT before the successor exists and after an abort
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one rotation may be used by several at once, but while one changes it another one gets NBT_CONFLICT.
 */
NBT_MUST_USE
nbt_result nbt_rotation_commit(const nbt_rotation *rotation,
                               bool keep_old,
                               nbt_error **error);

/**
 * Revokes the successor, if there is one; the old token stays as it is. It may be called again.
 *
 * @param rotation must not be NULL
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, or any other result code; NBT_INVALID_ARGUMENT after a commit; NBT_CONFLICT when the old token may be revoked
 * already, so that no token that works would be left
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one rotation may be used by several at once, but while one changes it another one gets NBT_CONFLICT.
 */
NBT_MUST_USE
nbt_result nbt_rotation_abort(const nbt_rotation *rotation,
                              nbt_error **error);

/**
 * Frees a rotation, and wipes its secret. One that was neither committed nor aborted leaves both tokens, and the log callback gets
 * a warning that names them.
 *
 * @param rotation may be NULL; then nothing happens
 * @par Memory
 * The rotation, its tokens and its secret are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_rotation_free(nbt_rotation *rotation);

/**
 * Makes options with every one at its default.
 *
 * @return the options; NULL only in case of a bug in the library
 * @par Memory
 * Free them with nbt_audit_options_free.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_audit_options *nbt_audit_options_new(void);

/**
 * Sets the time within which a token that expires is NBT_TOKEN_STATE_EXPIRING. Default: 30 days.
 *
 * @param options must not be NULL
 * @param milliseconds at most 100 years
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_audit_options_set_expiring_within_ms(nbt_audit_options *options,
                                                    uint64_t milliseconds);

/**
 * Sets the time after which a token that was not used is NBT_TOKEN_STATE_UNUSED. Default: 90 days.
 *
 * @param options must not be NULL
 * @param milliseconds at most 100 years
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_audit_options_set_unused_for_ms(nbt_audit_options *options,
                                               uint64_t milliseconds);

/**
 * Sets the maximum number of requests at a time. Default: 8.
 *
 * @param options must not be NULL
 * @param requests 1 to 64
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_audit_options_set_concurrency(nbt_audit_options *options,
                                             size_t requests);

/**
 * Sets how long the whole audit may take. What is not finished by then is counted as not reached. Default: no limit; each request
 * has the client's timeout.
 *
 * @param options must not be NULL
 * @param milliseconds more than 0, at most 100 years
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_audit_options_set_time_limit_ms(nbt_audit_options *options,
                                               uint64_t milliseconds);

/**
 * Frees options. Audits that were begun with them go on.
 *
 * @param options may be NULL; then nothing happens
 * @par Memory
 * The options are gone afterwards.
 * @par Threads
 * Any, once no other thread uses them.
 */
void nbt_audit_options_free(nbt_audit_options *options);

/**
 * The stable name of a state, the same in every language: never_used for NBT_TOKEN_STATE_NEVER_USED.
 *
 * @param state one of nbt_token_state; any other number is allowed
 * @return the name, none for NBT_TOKEN_STATE_NONE and for a number that is not a state; never NULL
 * @par Memory
 * The text is static and never freed.
 * @par Threads
 * Any.
 */
const char *nbt_token_state_name(uint32_t state);

/**
 * The user.
 *
 * @param audited may be NULL
 * @return the user; NULL for NULL
 * @par Memory
 * The user belongs to the result and is valid until nbt_user_audit_free; never free it by itself.
 * @par Threads
 * Any; one result may be read by several at once.
 */
const nbt_user *nbt_user_audit_user(const nbt_user_audit *audited);

/**
 * How many tokens the user has.
 *
 * @param audited may be NULL
 * @return the number; 0 if they could not be listed, and for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one result may be read by several at once.
 */
size_t nbt_user_audit_tokens_len(const nbt_user_audit *audited);

/**
 * One of the user's tokens, in no particular order.
 *
 * @param audited may be NULL
 * @param index counts from 0
 * @return the token; NULL if the index is out of range
 * @par Memory
 * The token belongs to the result and is valid until nbt_user_audit_free; never free it by itself.
 * @par Threads
 * Any; one result may be read by several at once.
 */
const nbt_audited_token *nbt_user_audit_tokens_at(const nbt_user_audit *audited,
                                                  size_t index);

/**
 * Why the user's tokens could not be listed.
 *
 * @param audited may be NULL
 * @return the error; NULL if they were listed, and for NULL
 * @par Memory
 * The error belongs to the result and is valid until nbt_user_audit_free; never free it by itself.
 * @par Threads
 * Any; one result may be read by several at once.
 */
const nbt_error *nbt_user_audit_error(const nbt_user_audit *audited);

/**
 * The instant at which the states hold: the server's clock when it answered, or this machine's if the answer has no date.
 *
 * @param audited may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 for NULL; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return true; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one result may be read by several at once.
 */
bool nbt_user_audit_as_of(const nbt_user_audit *audited,
                          int64_t *seconds,
                          uint32_t *nanoseconds);

/**
 * The result as JSON: user, tokens (each with token, state, findings, reason), error, as_of.
 *
 * @param audited may be NULL
 * @return the JSON, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the result and is valid as long as that is.
 * @par Threads
 * Any; one result may be read by several at once.
 */
const char *nbt_user_audit_to_json(const nbt_user_audit *audited);

/**
 * Frees a result.
 *
 * @param audited may be NULL; then nothing happens
 * @par Memory
 * The result, its user, its tokens and its error are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_user_audit_free(nbt_user_audit *audited);

/**
 * The token.
 *
 * @param audited may be NULL
 * @return the token; NULL for NULL
 * @par Memory
 * The token belongs to the user's result and is valid until nbt_user_audit_free; never free it by itself.
 * @par Threads
 * Any; one result may be read by several at once.
 */
const nbt_token *nbt_audited_token_token(const nbt_audited_token *audited);

/**
 * The first of the states that applies.
 *
 * @param audited may be NULL
 * @return the state; NBT_TOKEN_STATE_NONE for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one result may be read by several at once.
 */
nbt_token_state nbt_audited_token_state(const nbt_audited_token *audited);

/**
 * How many states apply, NBT_TOKEN_STATE_HEALTHY not counted.
 *
 * @param audited may be NULL
 * @return the number; 0 for a healthy token, and for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one result may be read by several at once.
 */
size_t nbt_audited_token_findings_len(const nbt_audited_token *audited);

/**
 * One of the states that apply, in the order of nbt_token_state.
 *
 * @param audited may be NULL
 * @param index counts from 0
 * @return the state; NBT_TOKEN_STATE_NONE if the index is out of range
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one result may be read by several at once.
 */
nbt_token_state nbt_audited_token_findings_at(const nbt_audited_token *audited,
                                              size_t index);

/**
 * The state in words, for people: expires in 3 days. Several findings are separated by semicolons.
 *
 * @param audited may be NULL
 * @return the words, UTF-8; NULL for NULL
 * @par Memory
 * The text belongs to the user's result and is valid until nbt_user_audit_free.
 * @par Threads
 * Any; one result may be read by several at once.
 */
const char *nbt_audited_token_reason(const nbt_audited_token *audited);

/**
 * Audits the tokens of all users that the credential may see: its own user and every service user. Lists the users;
 * nbt_audit_next then gives one result per user, as it arrives. If the server answers 429, the audit slows down and goes on as
 * fast as the server lets it.
 *
 * @param client must not be NULL
 * @param options NULL for the defaults
 * @param[out] out receives the audit, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; any other result code if the users cannot be listed; NBT_INVALID_ARGUMENT for an option that is out of range
 * @par Memory
 * Free the audit with nbt_audit_free and the error with nbt_error_free. The options stay the caller's and may be freed at
 * once. The audit outlives the client's handle.
 * @par Threads
 * Any; one client may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_client_audit_tokens(const nbt_client *client,
                                   const nbt_audit_options *options,
                                   nbt_audit **out,
                                   nbt_error **error);

/**
 * Waits for the next user's result.
 *
 * @param audit must not be NULL
 * @param[out] out receives the result; NULL at the end of the audit, and on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, also at the end; NBT_CANCELLED if the wait was interrupted: the audit goes on, and the next call takes the next
 * result; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Free the result with nbt_user_audit_free and the error with nbt_error_free.
 * @par Threads
 * Any; one audit may be used by several at once, and each result goes to one of them.
 */
NBT_MUST_USE
nbt_result nbt_audit_next(const nbt_audit *audit,
                          nbt_user_audit **out,
                          nbt_error **error);

/**
 * How many users' tokens are requested, and so how many results there will be unless the audit ends early.
 *
 * @param audit may be NULL
 * @return the number; 0 for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one audit may be used by several at once.
 */
size_t nbt_audit_user_count(const nbt_audit *audit);

/**
 * The numbers of the results taken so far; complete after the last.
 *
 * @param audit may be NULL
 * @param[out] out receives the numbers, zeros for NULL; may be NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one audit may be used by several at once.
 */
void nbt_audit_get_summary(const nbt_audit *audit,
                           nbt_audit_summary *out);

/**
 * Ends an audit, whatever is left of it, and frees it.
 *
 * @param audit may be NULL; then nothing happens
 * @par Memory
 * The audit is gone afterwards. Results that it gave stay.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_audit_free(nbt_audit *audit);

/**
 * Makes options with every one at its default.
 *
 * @return the options; NULL only in case of a bug in the library
 * @par Memory
 * Free them with nbt_login_options_free.
 * @par Threads
 * Any.
 */
NBT_MUST_USE
nbt_login_options *nbt_login_options_new(void);

/**
 * Sets the identity provider: the URL below which its /.well-known/openid-configuration is. Default: the management URL and
 * /oauth2, where the embedded one is.
 *
 * @param options must not be NULL
 * @param issuer is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_login_options_set_issuer(nbt_login_options *options,
                                        const char *issuer);

/**
 * Sets the client that the identity provider knows this program as: a public one that may use the device flow. Default:
 * netbird-cli, which the embedded one has.
 *
 * @param options must not be NULL
 * @param client_id is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_login_options_set_client_id(nbt_login_options *options,
                                           const char *client_id);

/**
 * Sets the audience to ask for, where the identity provider needs one. Default: none is sent.
 *
 * @param options must not be NULL
 * @param audience is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_login_options_set_audience(nbt_login_options *options,
                                          const char *audience);

/**
 * Sets what to ask for, separated by spaces. Without openid the login fails; without offline_access the session cannot be
 * refreshed. Default: openid profile email offline_access.
 *
 * @param options must not be NULL
 * @param scope is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_login_options_set_scope(nbt_login_options *options,
                                       const char *scope);

/**
 * Sets one host besides the issuer's on which the identity provider may have endpoints. Default: none.
 *
 * @param options must not be NULL
 * @param endpoint_host is copied
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_login_options_set_endpoint_host(nbt_login_options *options,
                                               const char *endpoint_host);

/**
 * Sets what ends nbt_start_login, and the polls and waits of the login. Default: none.
 *
 * @param options must not be NULL
 * @param cancel may be used for any number of logins and clients, and be freed at once
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * The cancel handle stays the caller's.
 * @par Threads
 * One at a time for each options handle.
 */
nbt_result nbt_login_options_set_cancel(nbt_login_options *options,
                                        const nbt_cancel *cancel);

/**
 * Frees options. Logins that were begun with them go on.
 *
 * @param options may be NULL; then nothing happens
 * @par Memory
 * The options are gone afterwards.
 * @par Threads
 * Any, once no other thread uses them.
 */
void nbt_login_options_free(nbt_login_options *options);

/**
 * Begins to log a person in by the OAuth2 device flow (RFC 8628). Show the person the address and the code of the login, and then
 * call nbt_device_login_wait.
 *
 * Asks the identity provider for its document and for a code, within the builder's timeout. A server with the embedded identity
 * provider needs no options.
 *
 * @param builder has the management URL (from the environment after nbt_client_builder_from_env; no credential is read from
 * there), and the options about time limits, retries, TLS, proxies and the log, which also apply to the session that comes of it.
 * Its options are used up. A credential, a token file and on_unknown do not apply and are refused. Must not be NULL
 * @param options NULL for the defaults
 * @param[out] out receives the login, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for an option that cannot be meant or does not apply; NBT_UNEXPECTED_RESPONSE where the
 * identity provider's document is missing, names endpoints on another host or in clear text, or offers no device flow;
 * NBT_REJECTED when the provider refuses the client, the scope or the audience; NBT_CONFIGURATION; or any other result code
 * @par Memory
 * Free the login with nbt_device_login_free, the error with nbt_error_free, and the builder and the options too.
 * @par Threads
 * One at a time for each builder.
 */
NBT_MUST_USE
nbt_result nbt_start_login(nbt_client_builder *builder,
                           const nbt_login_options *options,
                           nbt_device_login **out,
                           nbt_error **error);

/**
 * The page that the person opens, in any browser, on any machine. It is safe to print and to open.
 *
 * @param login may be NULL
 * @return the address; NULL for NULL
 * @par Memory
 * The text belongs to the login and is valid until nbt_device_login_free.
 * @par Threads
 * Any; one login may be used by several at once.
 */
const char *nbt_device_login_verification_uri(const nbt_device_login *login);

/**
 * The same page with the code filled in, for a link or a QR code.
 *
 * @param login may be NULL
 * @return the address; NULL if the identity provider gives none, and for NULL
 * @par Memory
 * The text belongs to the login and is valid until nbt_device_login_free.
 * @par Threads
 * Any; one login may be used by several at once.
 */
const char *nbt_device_login_verification_uri_complete(const nbt_device_login *login);

/**
 * The code that the person types on the page, or compares: at most 64 printable ASCII characters. Whoever enters it logs this
 * program in as themselves.
 *
 * @param login may be NULL
 * @return the code; NULL for NULL
 * @par Memory
 * The text belongs to the login and is valid until nbt_device_login_free.
 * @par Threads
 * Any; one login may be used by several at once.
 */
const char *nbt_device_login_user_code(const nbt_device_login *login);

/**
 * Until when the person can approve, by this machine's clock.
 *
 * @param login may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, 0 for NULL; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return true; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one login may be used by several at once.
 */
bool nbt_device_login_expires_at(const nbt_device_login *login,
                                 int64_t *seconds,
                                 uint32_t *nanoseconds);

/**
 * How often the server may be asked, in milliseconds: 5000, unless it said otherwise. It grows when the server asks for that.
 *
 * @param login may be NULL
 * @return the time between two polls; 0 for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one login may be used by several at once.
 */
uint64_t nbt_device_login_interval_ms(const nbt_device_login *login);

/**
 * Asks the server whether the person has decided, if the interval has passed since the last time, the first time at once; otherwise
 * nothing is sent. For programs with a loop of their own.
 *
 * An answer that was lost counts as none: the next poll comes later. Once the login has ended, each poll gives the same.
 *
 * @param login must not be NULL
 * @param[out] out receives the session; NULL while nothing was decided, and on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK, also while nothing was decided; NBT_FORBIDDEN when the login was denied; NBT_TIMEOUT when nobody approved it in
 * time; NBT_REJECTED when the identity provider refuses it for another reason; NBT_UNEXPECTED_RESPONSE for an answer that cannot
 * be used; NBT_CANCELLED; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Free the session with nbt_login_session_free and the error with nbt_error_free.
 * @par Threads
 * Any; one login may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_device_login_poll(const nbt_device_login *login,
                                 nbt_login_session **out,
                                 nbt_error **error);

/**
 * Polls until the person has decided or the code has expired, whatever the timeout of the builder, which limits each request. If it
 * is cancelled, the login can be waited for again, and a session that came at that moment is not lost.
 *
 * @param login must not be NULL
 * @param[out] out receives the session, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return as of nbt_device_login_poll
 * @par Memory
 * Free the session with nbt_login_session_free and the error with nbt_error_free.
 * @par Threads
 * Any; one login may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_device_login_wait(const nbt_device_login *login,
                                 nbt_login_session **out,
                                 nbt_error **error);

/**
 * Makes another handle of the same login, whose polls and waits end with NBT_CANCELLED once cancel is cancelled.
 *
 * @param login must not be NULL
 * @param cancel may be used for any number of logins and clients
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Free the handle with nbt_device_login_free; it, login and cancel have lives of their own. Free the error with
 * nbt_error_free.
 * @par Threads
 * Any; one login may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_device_login_with_cancel(const nbt_device_login *login,
                                        const nbt_cancel *cancel,
                                        nbt_device_login **out,
                                        nbt_error **error);

/**
 * Frees a handle of a login.
 *
 * @param login may be NULL; then nothing happens
 * @par Memory
 * The handle and its texts are gone afterwards. Sessions that it gave stay.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_device_login_free(nbt_device_login *login);

/**
 * Takes up a session that nbt_login_session_export gave, perhaps in another process. Nothing is sent.
 *
 * @param text the exported text, which is not kept; wiping it is up to the caller
 * @param builder has the options, as for nbt_start_login; the management URL may be left out, and must be the session's if it is
 * given. Its options are used up. Must not be NULL
 * @param[out] out receives the session, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for a text that is not an exported session, for one of another server, and for options that
 * do not apply; NBT_CONFIGURATION. No error shows its tokens
 * @par Memory
 * Free the session with nbt_login_session_free, the error with nbt_error_free, and the builder too.
 * @par Threads
 * One at a time for each builder.
 */
NBT_MUST_USE
nbt_result nbt_login_session_restore(const char *text,
                                     nbt_client_builder *builder,
                                     nbt_login_session **out,
                                     nbt_error **error);

/**
 * A bearer credential that follows the session's refreshes. A client that is given no management URL uses the session's, and one of
 * another server refuses it.
 *
 * @param session may be NULL
 * @return a credential of its own; NULL for NULL
 * @par Memory
 * Free the credential with nbt_credential_free; it outlives the session's handle.
 * @par Threads
 * Any; one session may be used by several at once.
 */
NBT_MUST_USE
nbt_credential *nbt_login_session_get_credential(const nbt_login_session *session);

/**
 * The server whose API it is for, without /api and without a trailing slash.
 *
 * @param session may be NULL
 * @return the URL; NULL for NULL
 * @par Memory
 * The text belongs to the session and is valid until nbt_login_session_free.
 * @par Threads
 * Any; one session may be used by several at once.
 */
const char *nbt_login_session_management_url(const nbt_login_session *session);

/**
 * The identity provider that it came from, without a trailing slash.
 *
 * @param session may be NULL
 * @return the URL; NULL for NULL
 * @par Memory
 * The text belongs to the session and is valid until nbt_login_session_free.
 * @par Threads
 * Any; one session may be used by several at once.
 */
const char *nbt_login_session_issuer(const nbt_login_session *session);

/**
 * When the token that the session has now expires, by this machine's clock.
 *
 * @param session may be NULL
 * @param[out] seconds receives the seconds since 1970, UTC, 0 for NULL; may be NULL
 * @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
 * @return true; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one session may be used by several at once.
 */
bool nbt_login_session_expires_at(const nbt_login_session *session,
                                  int64_t *seconds,
                                  uint32_t *nanoseconds);

/**
 * Whether the token is close to its expiry and can be refreshed. A program that ends soon calls nbt_login_session_refresh then, and
 * exports the session again.
 *
 * @param session may be NULL
 * @return whether it is; false for NULL
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one session may be used by several at once.
 */
bool nbt_login_session_needs_refresh(const nbt_login_session *session);

/**
 * Refreshes now, or waits for the refresh that is under way: no longer than the timeout of the builder, and at most 30 seconds.
 * Whatever happens, the session keeps a token.
 *
 * @param session must not be NULL
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_UNAUTHORIZED when the identity provider has ended the session; NBT_INVALID_ARGUMENT when it has no refresh
 * token, and for NULL; NBT_CANCELLED, after which the refresh goes on; or any other result code
 * @par Memory
 * Free the error with nbt_error_free.
 * @par Threads
 * Any; one session may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_login_session_refresh(const nbt_login_session *session,
                                     nbt_error **error);

/**
 * From now on calls start no refresh: only nbt_login_session_refresh does. For a program that ends soon: where the identity
 * provider accepts a refresh token once, a refresh that the program does not outlive would lose the session.
 *
 * @param session may be NULL; then nothing happens
 * @par Memory
 * Nothing is handed over.
 * @par Threads
 * Any; one session may be used by several at once.
 */
void nbt_login_session_refresh_on_request(const nbt_login_session *session);

/**
 * The session as it is now, as JSON text for nbt_login_session_restore. Whoever has it can act as the person: keep it in the
 * system's keyring, or in a file that only its owner can read. Export it again after a refresh, which may change the refresh token.
 *
 * @param session may be NULL
 * @return a secret of its own; NULL for NULL
 * @par Memory
 * Free the secret with nbt_secret_free, which wipes it.
 * @par Threads
 * Any; one session may be used by several at once.
 */
NBT_MUST_USE
nbt_secret *nbt_login_session_export(const nbt_login_session *session);

/**
 * Makes another handle of the same session, whose nbt_login_session_refresh ends with NBT_CANCELLED once cancel is cancelled.
 *
 * @param session must not be NULL
 * @param cancel may be used for any number of sessions and clients
 * @param[out] out receives the handle, NULL on failure
 * @param[out] error receives the error, NULL on success; may be NULL
 * @return NBT_OK; NBT_INVALID_ARGUMENT for NULL
 * @par Memory
 * Free the handle with nbt_login_session_free; it, session and cancel have lives of their own. Free the error with
 * nbt_error_free.
 * @par Threads
 * Any; one session may be used by several at once.
 */
NBT_MUST_USE
nbt_result nbt_login_session_with_cancel(const nbt_login_session *session,
                                         const nbt_cancel *cancel,
                                         nbt_login_session **out,
                                         nbt_error **error);

/**
 * Frees a handle of a session. Clients and credentials that came from it keep the session.
 *
 * @param session may be NULL; then nothing happens
 * @par Memory
 * The handle and its texts are gone afterwards.
 * @par Threads
 * Any, once no other thread uses it.
 */
void nbt_login_session_free(nbt_login_session *session);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NETBIRD_TOKENS_H */
