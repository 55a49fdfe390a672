/*
 * netbird-tokens: a client for NetBird's API tokens (personal access tokens, PATs) that does not lose one.
 *
 * Made of the Rust sources; do not edit. The guide with examples is docs/c.md. For C++ there is netbird_tokens.hpp.
 *
 * Conventions
 *
 * Handles     Every type is opaque. What a function hands over through an out-pointer or as a non-const pointer is the
 *             caller's, to be freed with the nbt_..._free of its type; what it returns as a const pointer is borrowed from
 *             the handle it was asked of, and good until that is freed. nbt_..._free(NULL) does nothing.
 * Results     A function that can fail returns an nbt_result and puts its result through an out-pointer, which is NULL (false,
 *             0) on failure. There is no partial success.
 * Errors      The last parameter, nbt_error **error, may be NULL. Otherwise NULL is put there on success and an error on
 *             failure, to be freed with nbt_error_free. What the variable held is overwritten and never read.
 * Texts       In: UTF-8 with a NUL at its end, copied before the function returns. NULL (where the comment does not allow it) and
 *             what is not UTF-8 gives NBT_INVALID_ARGUMENT. Out: the same, borrowed. A NUL that the server sends within a
 *             text is replaced by U+FFFD.
 * Times       Whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
 * Threads     A handle may be used by any number of threads at once where its functions say so; it may be freed once no
 *             thread uses it. The library may be used in parent and child after a fork, and it stays loaded after dlclose.
 * Memory      Passing a handle that was freed, or a pointer that is none, is undefined, as everywhere in C. All else that is
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
 * The lifetime that a token gets where nothing speaks for another, in days.
 */
#define NBT_DEFAULT_EXPIRES_IN_DAYS 90

/**
 * What came of a call: NBT_OK, or why it failed. The numbers are stable and the same in every language. Match on these,
 * never on a message; a later version may add some, so have a default.
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
     * No credential was found, the environment disagrees with itself, or a CA certificate is unreadable.
     */
    NBT_CONFIGURATION = 3,
    /**
     * The server refused the credential: 401, or the 404 that it answers to a revoked or unknown PAT.
     */
    NBT_UNAUTHORIZED = 10,
    /**
     * The credential is fine but may not do this (403).
     */
    NBT_FORBIDDEN = 11,
    /**
     * The server knows no such user or token (404 with NetBird's own body).
     */
    NBT_NOT_FOUND = 12,
    /**
     * The server's state stands against it (409, 412).
     */
    NBT_CONFLICT = 13,
    /**
     * The server refused what was sent (400, 422).
     */
    NBT_REJECTED = 14,
    /**
     * Too many requests (429), still so after the retries.
     */
    NBT_RATE_LIMITED = 15,
    /**
     * The server failed (5xx), still so after the retries.
     */
    NBT_SERVER_ERROR = 16,
    /**
     * No connection could be made, so nothing was sent.
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
     * An answer came that is not NetBird's: a redirect, HTML, the wrong shape, too much of it, somebody else's 404.
     */
    NBT_UNEXPECTED_RESPONSE = 24,
    /**
     * A create or delete may have happened. nbt_error_candidate_token_ids_at names the tokens to look at.
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
     * There is no credential: a NULL was asked.
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
     * A request was sent, and this came of it.
     */
    NBT_LOG_DEBUG = 1,
    /**
     * Something out of the ordinary: a retry, or finding out what a lost create did.
     */
    NBT_LOG_WARNING = 2,
} nbt_log_level;

/**
 * What to do about a create whose answer was lost.
 */
typedef enum {
    /**
     * Fail with NBT_OUTCOME_UNKNOWN and the ids of the tokens that it may have created.
     */
    NBT_ON_UNKNOWN_REPORT = 0,
    /**
     * Revoke those tokens and create anew. Fails with NBT_OUTCOME_UNKNOWN all the same when that cannot be done.
     */
    NBT_ON_UNKNOWN_REVOKE_AND_RETRY = 1,
} nbt_on_unknown;

/**
 * Ends the calls of every client handle that nbt_client_with_cancel made with it. Once cancelled it stays so.
 */
typedef struct nbt_cancel nbt_cancel;

/**
 * A client of one NetBird server. One handle may be used by any number of threads at once, and in parent and child after a
 * fork. Calls block the thread that makes them, for no longer than the timeout.
 */
typedef struct nbt_client nbt_client;

/**
 * The settings of a client to be. What is not set has its default. A setter that is given something unusable says so, and so
 * does nbt_client_builder_build: it is enough to look there.
 */
typedef struct nbt_client_builder nbt_client_builder;

/**
 * A credential that passed its offline check. Nothing of its text can be read back; it is wiped when it is freed.
 */
typedef struct nbt_credential nbt_credential;

/**
 * Why a call failed. It never holds a secret.
 */
typedef struct nbt_error nbt_error;

/**
 * A secret text. It has no conversion but nbt_secret_expose, is compared in constant time, and is wiped from memory when
 * it is freed.
 */
typedef struct nbt_secret nbt_secret;

/**
 * What the server tells of a token. The plain text is not among it: that comes once, from nbt_client_create_token.
 */
typedef struct nbt_token nbt_token;

/**
 * Some tokens, in no particular order.
 */
typedef struct nbt_token_list nbt_token_list;

/**
 * A person or a service user, as the server describes it.
 */
typedef struct nbt_user nbt_user;

/**
 * Some users.
 */
typedef struct nbt_user_list nbt_user_list;

/**
 * Is told of every request, retry and reconciliation, on the thread that makes the call. The message is UTF-8 without a line
 * end, holds no secret, and is gone when the function returns. The function must not throw, longjmp or free the client.
 */
typedef void (*nbt_log_callback)(void *user_data,
                                 nbt_log_level level,
                                 const char *message);

/**
 * Is told that user_data will not be used again.
 */
typedef void (*nbt_free_callback)(void *user_data);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that is loaded, as a text.
 *
 * Parameters: none.
 * Returns: the version, as 0.1.0. Never NULL.
 * Memory: the text is static and never freed.
 * Threads: any.
 */
const char *nbt_version(void);

/**
 * The version of the library that is loaded, as a number to compare with NBT_VERSION_NUMBER, the version of the header.
 *
 * Parameters: none.
 * Returns: major * 65536 + minor * 256 + patch.
 * Memory: nothing is handed over.
 * Threads: any.
 */
uint32_t nbt_version_number(void);

/**
 * The stable name of a result code, the same in every language: not_found for NBT_NOT_FOUND, ok for NBT_OK.
 *
 * Parameters: result is one of nbt_result; any other number is allowed.
 * Returns: the name, unknown for a number that is no result code. Never NULL.
 * Memory: the text is static and never freed.
 * Threads: any.
 */
const char *nbt_result_name(uint32_t result);

/**
 * What went wrong, for programs.
 *
 * Parameters: error may be NULL.
 * Returns: the same code as the call that failed returned; NBT_OK for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one error may be read by several at once.
 */
nbt_result nbt_error_kind(const nbt_error *error);

/**
 * What went wrong and what to do about it, for people. The text may change between versions.
 *
 * Parameters: error may be NULL.
 * Returns: the message, UTF-8; an empty text for NULL. Never NULL.
 * Memory: the text is the error's, good until nbt_error_free.
 * Threads: any; one error may be read by several at once.
 */
const char *nbt_error_message(const nbt_error *error);

/**
 * The HTTP status of the answer that decided it.
 *
 * Parameters: error may be NULL.
 * Returns: the status, as 403; 0 when no answer decided it, and for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one error may be read by several at once.
 */
int nbt_error_status(const nbt_error *error);

/**
 * The server's own message, as it sent it, with the hash of a PAT cut out.
 *
 * Parameters: error may be NULL.
 * Returns: the message, UTF-8; NULL when the server sent none, and for NULL.
 * Memory: the text is the error's, good until nbt_error_free.
 * Threads: any; one error may be read by several at once.
 */
const char *nbt_error_server_message(const nbt_error *error);

/**
 * The server's X-Request-Id, by which its operator finds the request in the server's log.
 *
 * Parameters: error may be NULL.
 * Returns: the id; NULL when the server sent none, and for NULL.
 * Memory: the text is the error's, good until nbt_error_free.
 * Threads: any; one error may be read by several at once.
 */
const char *nbt_error_request_id(const nbt_error *error);

/**
 * Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice.
 *
 * Parameters: error may be NULL.
 * Returns: whether it may; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one error may be read by several at once.
 */
bool nbt_error_retryable(const nbt_error *error);

/**
 * How long the server asked to wait, where it did (Retry-After).
 *
 * Parameters: error may be NULL. milliseconds is where the wait is put, 0 when there is none; may be NULL.
 * Returns: whether the server asked to wait.
 * Memory: nothing is handed over.
 * Threads: any; one error may be read by several at once.
 */
bool nbt_error_retry_after(const nbt_error *error,
                           uint64_t *milliseconds);

/**
 * How many times the request that failed was sent or tried.
 *
 * Parameters: error may be NULL.
 * Returns: the number; 0 when it was refused before that, and for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one error may be read by several at once.
 */
uint32_t nbt_error_attempts(const nbt_error *error);

/**
 * With NBT_OUTCOME_UNKNOWN: how many tokens the call may have created or deleted, as far as the server's list tells.
 *
 * Parameters: error may be NULL.
 * Returns: the number; 0 for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one error may be read by several at once.
 */
size_t nbt_error_candidate_token_ids_len(const nbt_error *error);

/**
 * The id of one of those tokens. Revoke the ones of a create; look whether those of a delete are gone.
 *
 * Parameters: error may be NULL. index counts from 0.
 * Returns: the id; NULL when there is none at that index.
 * Memory: the text is the error's, good until nbt_error_free.
 * Threads: any; one error may be read by several at once.
 */
const char *nbt_error_candidate_token_ids_at(const nbt_error *error,
                                             size_t index);

/**
 * Frees an error.
 *
 * Parameters: error may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the error and every text of it are gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_error_free(nbt_error *error);

/**
 * Makes a secret of a text, to compare it or to keep it where it is wiped.
 *
 * Parameters: text is copied. out is where the handle is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when text or out is NULL or the text is not UTF-8.
 * Memory: free the handle with nbt_secret_free and the error with nbt_error_free; on failure the handle is NULL. The
 * memory of text is the caller's to wipe.
 * Threads: any.
 */
nbt_result nbt_secret_new(const char *text,
                          nbt_secret **out,
                          nbt_error **error);

/**
 * The plain text. What is copied from here is the caller's to guard.
 *
 * Parameters: secret may be NULL. length is where the number of bytes is put, the NUL at the end not counted; may be NULL.
 * Returns: the text; NULL for NULL.
 * Memory: the text is the secret's, good until nbt_secret_free, which wipes it.
 * Threads: any; one secret may be read by several at once.
 */
const char *nbt_secret_expose(const nbt_secret *secret,
                              size_t *length);

/**
 * What may be printed in place of the secret.
 *
 * Parameters: secret may be NULL.
 * Returns: nbp_**** for a PAT, **** for anything else and for NULL. Never NULL.
 * Memory: the text is static and never freed.
 * Threads: any; one secret may be read by several at once.
 */
const char *nbt_secret_masked(const nbt_secret *secret);

/**
 * Whether two secrets are the same text, in a time that tells nothing about it but its length.
 *
 * Parameters: secret and other may be NULL.
 * Returns: whether they are equal; false when either is NULL.
 * Memory: nothing is handed over.
 * Threads: any; one secret may be read by several at once.
 */
bool nbt_secret_equals(const nbt_secret *secret,
                       const nbt_secret *other);

/**
 * Wipes a secret and frees it.
 *
 * Parameters: secret may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the secret and its text are gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_secret_free(nbt_secret *secret);

/**
 * A personal access token, exactly its 40 characters, checked offline: its prefix, length and checksum.
 *
 * Parameters: text is copied. out is where the handle is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_CREDENTIAL, the message saying what is wrong; NBT_INVALID_ARGUMENT.
 * Memory: free the handle with nbt_credential_free and the error with nbt_error_free; on failure the handle is NULL. The
 * memory of text is the caller's to wipe.
 * Threads: any.
 */
nbt_result nbt_credential_new_pat(const char *text,
                                  nbt_credential **out,
                                  nbt_error **error);

/**
 * A JWT. Its shape and its expiry are checked (against this machine's clock); its signature is the server's to check.
 *
 * Parameters: text is copied. out is where the handle is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_CREDENTIAL, the message saying what is wrong; NBT_INVALID_ARGUMENT.
 * Memory: free the handle with nbt_credential_free and the error with nbt_error_free; on failure the handle is NULL. The
 * memory of text is the caller's to wipe.
 * Threads: any.
 */
nbt_result nbt_credential_new_bearer(const char *text,
                                     nbt_credential **out,
                                     nbt_error **error);

/**
 * Either of the two, as people paste them: white space and quotes around it, and a leading Token, Bearer or
 * Authorization:, are taken off.
 *
 * Parameters: text is copied. out is where the handle is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_CREDENTIAL, the message saying what is wrong; NBT_INVALID_ARGUMENT.
 * Memory: free the handle with nbt_credential_free and the error with nbt_error_free; on failure the handle is NULL. The
 * memory of text is the caller's to wipe.
 * Threads: any.
 */
nbt_result nbt_credential_new_detect(const char *text,
                                     nbt_credential **out,
                                     nbt_error **error);

/**
 * Which of the two a credential is.
 *
 * Parameters: credential may be NULL.
 * Returns: its kind; NBT_CREDENTIAL_NONE for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one credential may be read by several at once.
 */
nbt_credential_kind nbt_credential_get_kind(const nbt_credential *credential);

/**
 * When a JWT expires, where it says so. A PAT does not tell: ask the server.
 *
 * Parameters: credential may be NULL. seconds (since 1970, UTC) and nanoseconds (0 to 999999999 after that) are where
 * the instant is put, zeros when there is none; either may be NULL.
 * Returns: whether it says so; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one credential may be read by several at once.
 */
bool nbt_credential_expires_at(const nbt_credential *credential,
                               int64_t *seconds,
                               uint32_t *nanoseconds);

/**
 * Wipes a credential and frees it. Clients that were given it have their own copy.
 *
 * Parameters: credential may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the credential is gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_credential_free(nbt_credential *credential);

/**
 * A cancel handle that is not cancelled.
 *
 * Parameters: none.
 * Returns: the handle. NULL only if the library is broken.
 * Memory: free it with nbt_cancel_free.
 * Threads: any.
 */
nbt_cancel *nbt_cancel_new(void);

/**
 * Ends the calls, those under way within 50 ms and later ones at once, with NBT_CANCELLED. Does not wait for them.
 *
 * Parameters: cancel may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: nothing is handed over.
 * Threads: any, and signal handlers: it takes no lock and allocates nothing.
 */
void nbt_cancel_cancel(const nbt_cancel *cancel);

/**
 * Whether nbt_cancel_cancel was called.
 *
 * Parameters: cancel may be NULL.
 * Returns: whether it was; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any, and signal handlers.
 */
bool nbt_cancel_is_cancelled(const nbt_cancel *cancel);

/**
 * Frees a cancel handle. Clients that were made with it go on.
 *
 * Parameters: cancel may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the handle is gone afterwards.
 * Threads: any, once no other uses it; not from a signal handler.
 */
void nbt_cancel_free(nbt_cancel *cancel);

/**
 * A builder with every setting at its default.
 *
 * Parameters: none.
 * Returns: the builder. NULL only if the library is broken.
 * Memory: free it with nbt_client_builder_free, also after building.
 * Threads: any.
 */
nbt_client_builder *nbt_client_builder_new(void);

/**
 * Where the server is, with or without a trailing / and /api. Default: https://api.netbird.io. http:// only to this
 * machine, unless nbt_client_builder_set_allow_insecure_http.
 *
 * Parameters: url is copied.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_management_url(nbt_client_builder *builder,
                                                 const char *url);

/**
 * How to authenticate.
 *
 * Parameters: credential is copied.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL.
 * Memory: the credential stays the caller's and may be freed at once.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_credential(nbt_client_builder *builder,
                                             const nbt_credential *credential);

/**
 * Takes what is not set explicitly from the environment: the credential from NB_PAT, then NETBIRD_API_TOKEN,
 * NETBIRD_TOKEN, NB_API_KEY; the URL from NB_MANAGEMENT_URL, then NETBIRD_API_URL. Two that disagree are an error that
 * names both. The environment is read by nbt_client_builder_build.
 *
 * Parameters: builder is what to set it for.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_from_env(nbt_client_builder *builder);

/**
 * How long making a connection may take. Default: 10 s.
 *
 * Parameters: milliseconds is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_connect_timeout_ms(nbt_client_builder *builder,
                                                     uint64_t milliseconds);

/**
 * How long the server may be silent. Default: 30 s.
 *
 * Parameters: milliseconds is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_read_timeout_ms(nbt_client_builder *builder,
                                                  uint64_t milliseconds);

/**
 * How long a whole call may take, retries and waits included. Default: 60 s.
 *
 * Parameters: milliseconds is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_timeout_ms(nbt_client_builder *builder,
                                             uint64_t milliseconds);

/**
 * How often a request is sent again at the most. Default: 2.
 *
 * Parameters: retries is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_max_retries(nbt_client_builder *builder,
                                              uint32_t retries);

/**
 * The longest first wait between two attempts; it doubles from one to the next, and each wait is a random share of it.
 * Default: 0.5 s.
 *
 * Parameters: milliseconds is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_retry_base_delay_ms(nbt_client_builder *builder,
                                                      uint64_t milliseconds);

/**
 * What no wait between two attempts exceeds, unless the server asks for more. Default: 8 s.
 *
 * Parameters: milliseconds is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_retry_max_delay_ms(nbt_client_builder *builder,
                                                     uint64_t milliseconds);

/**
 * The largest body that is read, in bytes. Default: 64 MiB.
 *
 * Parameters: bytes is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_max_response_bytes(nbt_client_builder *builder,
                                                     size_t bytes);

/**
 * Allows http:// to other machines, which sends the credential in clear text. Default: false.
 *
 * Parameters: allow is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_allow_insecure_http(nbt_client_builder *builder,
                                                      bool allow);

/**
 * Trusts these certificates (PEM, one or more) besides the platform's.
 *
 * Parameters: pem is copied.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_ca_pem(nbt_client_builder *builder,
                                         const char *pem);

/**
 * Sends everything through this proxy (http://host:port), whatever the environment says.
 *
 * Parameters: url is copied.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_proxy(nbt_client_builder *builder,
                                        const char *url);

/**
 * Whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count. Default: true.
 *
 * Parameters: from_env is the new value.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_proxy_from_env(nbt_client_builder *builder,
                                                 bool from_env);

/**
 * Names the program, as backup/1.2, before the library in the User-Agent.
 *
 * Parameters: program is copied.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL and for what is not UTF-8.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_user_agent(nbt_client_builder *builder,
                                             const char *program);

/**
 * What to do about a create whose answer was lost. Default: NBT_ON_UNKNOWN_REPORT.
 *
 * Parameters: on_unknown is one of nbt_on_unknown.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for any other number, and when builder is NULL.
 * Memory: nothing is handed over.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_on_unknown(nbt_client_builder *builder,
                                             uint32_t on_unknown);

/**
 * Has every request, retry and reconciliation told to a function, on the thread that makes the call. Several threads that use
 * one client call it at the same time. Default: nothing is told.
 *
 * Parameters: callback is that function; NULL for none. user_data is handed to it as it is; may be NULL. free_user_data is called
 * once with user_data, on whichever thread, when nothing can call callback any more: the builder, the client and all
 * handles made of it are freed, or another callback was set; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT when builder is NULL or was used, and then free_user_data is called at once.
 * Memory: user_data must stay good until free_user_data is called.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_set_log(nbt_client_builder *builder,
                                      nbt_log_callback callback,
                                      void *user_data,
                                      nbt_free_callback free_user_data);

/**
 * Makes the client. Nothing is sent yet, and no thread is started. The settings are used up: a second client needs another
 * builder.
 *
 * Parameters: out is where the client is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK; what a setter refused before; NBT_CONFIGURATION when there is no credential, the environment disagrees with
 * itself or the CA is unreadable; NBT_INVALID_CREDENTIAL; NBT_INVALID_ARGUMENT.
 * Memory: free the client with nbt_client_free and the error with nbt_error_free; on failure the client is NULL. The builder stays
 * to be freed by the caller.
 * Threads: one at a time for each builder.
 */
nbt_result nbt_client_builder_build(nbt_client_builder *builder,
                                    nbt_client **out,
                                    nbt_error **error);

/**
 * Frees a builder. Clients that were built with it go on.
 *
 * Parameters: builder may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the builder is gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_client_builder_free(nbt_client_builder *builder);

/**
 * The token's id, 20 characters that the server chose. Not a secret.
 *
 * Parameters: token may be NULL.
 * Returns: the id; NULL for NULL.
 * Memory: the text is the token's, good for as long as it is.
 * Threads: any; one token may be read by several at once.
 */
const char *nbt_token_id(const nbt_token *token);

/**
 * The name it was given; not unique.
 *
 * Parameters: token may be NULL.
 * Returns: the name, UTF-8; NULL for NULL.
 * Memory: the text is the token's, good for as long as it is.
 * Threads: any; one token may be read by several at once.
 */
const char *nbt_token_name(const nbt_token *token);

/**
 * The id of the user who created it, which need not be the one who owns it.
 *
 * Parameters: token may be NULL.
 * Returns: the id; NULL for NULL.
 * Memory: the text is the token's, good for as long as it is.
 * Threads: any; one token may be read by several at once.
 */
const char *nbt_token_created_by(const nbt_token *token);

/**
 * The id of the user who owns it: the one whose tokens were asked for.
 *
 * Parameters: token may be NULL.
 * Returns: the id; NULL for NULL.
 * Memory: the text is the token's, good for as long as it is.
 * Threads: any; one token may be read by several at once.
 */
const char *nbt_token_user_id(const nbt_token *token);

/**
 * When it stops working. 0001-01-01T00:00:00Z where the server keeps none, which it treats as expired.
 *
 * Parameters: token may be NULL. seconds (since 1970, UTC, negative before) and nanoseconds (0 to 999999999 after that)
 * are where the instant is put; either may be NULL.
 * Returns: true; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one token may be read by several at once.
 */
bool nbt_token_expiration_date(const nbt_token *token,
                               int64_t *seconds,
                               uint32_t *nanoseconds);

/**
 * When it was created.
 *
 * Parameters: token may be NULL. seconds (since 1970, UTC, negative before) and nanoseconds (0 to 999999999 after that)
 * are where the instant is put; either may be NULL.
 * Returns: true; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one token may be read by several at once.
 */
bool nbt_token_created_at(const nbt_token *token,
                          int64_t *seconds,
                          uint32_t *nanoseconds);

/**
 * When it last authenticated a request. Reading a token with that same token counts as a use.
 *
 * Parameters: token may be NULL. seconds (since 1970, UTC, negative before) and nanoseconds (0 to 999999999 after that)
 * are where the instant is put, zeros when there is none; either may be NULL.
 * Returns: whether it ever did; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one token may be read by several at once.
 */
bool nbt_token_last_used(const nbt_token *token,
                         int64_t *seconds,
                         uint32_t *nanoseconds);

/**
 * Whether the server refuses it at an instant (it does so after the expiration date, not at it).
 *
 * Parameters: now_seconds since 1970, UTC, and now_nanoseconds (0 to 999999999) say the instant; time(NULL) and 0 say now.
 * out is where the answer is put, false on failure. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL and for an instant outside the years -9999 to 9999.
 * Memory: free the error with nbt_error_free.
 * Threads: any; one token may be read by several at once.
 */
nbt_result nbt_token_is_expired(const nbt_token *token,
                                int64_t now_seconds,
                                uint32_t now_nanoseconds,
                                bool *out,
                                nbt_error **error);

/**
 * Whole days of 24 hours from an instant to the expiration date, rounded down: 0 on the last day, negative once expired.
 *
 * Parameters: now_seconds since 1970, UTC, and now_nanoseconds (0 to 999999999) say the instant; time(NULL) and 0 say now.
 * out is where the answer is put, 0 on failure. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL and for an instant outside the years -9999 to 9999.
 * Memory: free the error with nbt_error_free.
 * Threads: any; one token may be read by several at once.
 */
nbt_result nbt_token_days_left(const nbt_token *token,
                               int64_t now_seconds,
                               uint32_t now_nanoseconds,
                               int64_t *out,
                               nbt_error **error);

/**
 * A copy of a token, to keep one of a list when the list is freed.
 *
 * Parameters: token may be NULL.
 * Returns: the copy; NULL for NULL.
 * Memory: free the copy with nbt_token_free.
 * Threads: any; one token may be read by several at once.
 */
nbt_token *nbt_token_clone(const nbt_token *token);

/**
 * Frees a token that was handed over; never one that belongs to a list.
 *
 * Parameters: token may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the token and every text of it are gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_token_free(nbt_token *token);

/**
 * How many tokens a list has.
 *
 * Parameters: list may be NULL.
 * Returns: the number; 0 for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one list may be read by several at once.
 */
size_t nbt_token_list_len(const nbt_token_list *list);

/**
 * One token of a list.
 *
 * Parameters: list may be NULL. index counts from 0.
 * Returns: the token; NULL when there is none at that index.
 * Memory: the token is the list's, good until nbt_token_list_free; never free it by itself.
 * Threads: any; one list may be read by several at once.
 */
const nbt_token *nbt_token_list_at(const nbt_token_list *list,
                                   size_t index);

/**
 * Frees a list and all its tokens.
 *
 * Parameters: list may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the list and its tokens are gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_token_list_free(nbt_token_list *list);

/**
 * What token calls take as the user id.
 *
 * Parameters: user may be NULL.
 * Returns: the id; NULL for NULL.
 * Memory: the text is the user's, good for as long as it is.
 * Threads: any; one user may be read by several at once.
 */
const char *nbt_user_id(const nbt_user *user);

/**
 * The display name; not unique.
 *
 * Parameters: user may be NULL.
 * Returns: the name, UTF-8; NULL for NULL.
 * Memory: the text is the user's, good for as long as it is.
 * Threads: any; one user may be read by several at once.
 */
const char *nbt_user_name(const nbt_user *user);

/**
 * The e-mail address.
 *
 * Parameters: user may be NULL.
 * Returns: the address, empty for a service user; NULL for NULL.
 * Memory: the text is the user's, good for as long as it is.
 * Threads: any; one user may be read by several at once.
 */
const char *nbt_user_email(const nbt_user *user);

/**
 * The role.
 *
 * Parameters: user may be NULL.
 * Returns: owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds; NULL for NULL.
 * Memory: the text is the user's, good for as long as it is.
 * Threads: any; one user may be read by several at once.
 */
const char *nbt_user_role(const nbt_user *user);

/**
 * Whether the user is in use.
 *
 * Parameters: user may be NULL.
 * Returns: active, invited, blocked, or one that a newer server adds; NULL for NULL.
 * Memory: the text is the user's, good for as long as it is.
 * Threads: any; one user may be read by several at once.
 */
const char *nbt_user_status(const nbt_user *user);

/**
 * Whether the credential in use is this user's.
 *
 * Parameters: user may be NULL.
 * Returns: whether it is so; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one user may be read by several at once.
 */
bool nbt_user_is_current(const nbt_user *user);

/**
 * Whether it is a service user.
 *
 * Parameters: user may be NULL.
 * Returns: whether it is so; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one user may be read by several at once.
 */
bool nbt_user_is_service_user(const nbt_user *user);

/**
 * Whether an administrator has blocked it.
 *
 * Parameters: user may be NULL.
 * Returns: whether it is so; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one user may be read by several at once.
 */
bool nbt_user_is_blocked(const nbt_user *user);

/**
 * Whether it waits for an administrator's approval.
 *
 * Parameters: user may be NULL.
 * Returns: whether it is so; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one user may be read by several at once.
 */
bool nbt_user_pending_approval(const nbt_user *user);

/**
 * When the user last logged in.
 *
 * Parameters: user may be NULL. seconds (since 1970, UTC, negative before) and nanoseconds (0 to 999999999 after that)
 * are where the instant is put, zeros when there is none; either may be NULL.
 * Returns: whether the user ever did; false for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one user may be read by several at once.
 */
bool nbt_user_last_login(const nbt_user *user,
                         int64_t *seconds,
                         uint32_t *nanoseconds);

/**
 * A copy of a user, to keep one of a list when the list is freed.
 *
 * Parameters: user may be NULL.
 * Returns: the copy; NULL for NULL.
 * Memory: free the copy with nbt_user_free.
 * Threads: any; one user may be read by several at once.
 */
nbt_user *nbt_user_clone(const nbt_user *user);

/**
 * Frees a user that was handed over; never one that belongs to a list.
 *
 * Parameters: user may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the user and every text of it are gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_user_free(nbt_user *user);

/**
 * How many users a list has.
 *
 * Parameters: list may be NULL.
 * Returns: the number; 0 for NULL.
 * Memory: nothing is handed over.
 * Threads: any; one list may be read by several at once.
 */
size_t nbt_user_list_len(const nbt_user_list *list);

/**
 * One user of a list.
 *
 * Parameters: list may be NULL. index counts from 0.
 * Returns: the user; NULL when there is none at that index.
 * Memory: the user is the list's, good until nbt_user_list_free; never free it by itself.
 * Threads: any; one list may be read by several at once.
 */
const nbt_user *nbt_user_list_at(const nbt_user_list *list,
                                 size_t index);

/**
 * Frees a list and all its users.
 *
 * Parameters: list may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the list and its users are gone afterwards.
 * Threads: any, once no other uses it.
 */
void nbt_user_list_free(nbt_user_list *list);

/**
 * A client with the credential and the management URL that the environment holds; see nbt_client_builder_from_env.
 *
 * Parameters: out is where the client is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_CONFIGURATION when there is no credential or two variables disagree; NBT_INVALID_CREDENTIAL;
 * NBT_INVALID_ARGUMENT.
 * Memory: free the client with nbt_client_free and the error with nbt_error_free; on failure the client is NULL.
 * Threads: any, while none changes the environment.
 */
nbt_result nbt_client_from_env(nbt_client **out,
                               nbt_error **error);

/**
 * The management URL in use, without /api and without a slash at its end.
 *
 * Parameters: client may be NULL.
 * Returns: the URL; NULL for NULL.
 * Memory: the text is the client's, good until nbt_client_free.
 * Threads: any; one client may be used by several at once.
 */
const char *nbt_client_management_url(const nbt_client *client);

/**
 * Uses another credential from the next call on, in every handle of the client. Calls under way end with the old one.
 *
 * Parameters: credential is copied. error is where the error is put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_CREDENTIAL when it has a character that cannot be sent; NBT_INVALID_ARGUMENT for NULL.
 * Memory: the credential stays the caller's and may be freed at once. Free the error with nbt_error_free.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_set_credential(const nbt_client *client,
                                     const nbt_credential *credential,
                                     nbt_error **error);

/**
 * Another handle of the same client, whose calls may take this long, retries included. Connections and credential are shared.
 *
 * Parameters: milliseconds is for a whole call. out is where the handle is put. error is where the error is put; may be
 * NULL.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL.
 * Memory: free the handle with nbt_client_free; both handles live on their own. Free the error with nbt_error_free.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_with_timeout_ms(const nbt_client *client,
                                      uint64_t milliseconds,
                                      nbt_client **out,
                                      nbt_error **error);

/**
 * Another handle of the same client, whose calls end with NBT_CANCELLED once cancel is cancelled. Connections and
 * credential are shared.
 *
 * Parameters: cancel may be used for any number of clients. out is where the handle is put. error is where the error is
 * put; may be NULL.
 * Returns: NBT_OK; NBT_INVALID_ARGUMENT for NULL.
 * Memory: free the handle with nbt_client_free; it, client and cancel live on their own. Free the error with
 * nbt_error_free.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_with_cancel(const nbt_client *client,
                                  const nbt_cancel *cancel,
                                  nbt_client **out,
                                  nbt_error **error);

/**
 * Lists all tokens of a user, in no particular order. A user without any gives an empty list.
 *
 * Parameters: user_id says whose; NULL for the user that the credential belongs to. out is where the list is put. error is
 * where the error is put; may be NULL.
 * Returns: NBT_OK, or any other result code.
 * Memory: free the list with nbt_token_list_free and the error with nbt_error_free; on failure the list is NULL.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_list_tokens(const nbt_client *client,
                                  const char *user_id,
                                  nbt_token_list **out,
                                  nbt_error **error);

/**
 * Gets one token of a user.
 *
 * Parameters: token_id says which. user_id says whose; NULL for the user that the credential belongs to. out is where the
 * token is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK, or any other result code; NBT_NOT_FOUND also when the token is another user's.
 * Memory: free the token with nbt_token_free and the error with nbt_error_free; on failure the token is NULL.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_get_token(const nbt_client *client,
                                const char *token_id,
                                const char *user_id,
                                nbt_token **out,
                                nbt_error **error);

/**
 * Creates a token for a user. It is never sent twice unless the first cannot have been acted on. When its answer was lost,
 * finding out what it did may take 15 seconds beyond the call's own time, and the call fails with NBT_OUTCOME_UNKNOWN and the
 * ids of the tokens that it may have made.
 *
 * Parameters: name need not be unique but must not be empty. expires_in_days is 1 to 365; NBT_DEFAULT_EXPIRES_IN_DAYS where
 * nothing speaks for another. user_id says for whom; NULL for the user that the credential belongs to. token is where
 * what the server tells of it is put. plain_token is where the text that authenticates is put: the server never shows it
 * again. error is where the error is put; may be NULL.
 * Returns: NBT_OK, or any other result code.
 * Memory: free the token with nbt_token_free, the secret, which wipes it, with nbt_secret_free, and the error with
 * nbt_error_free; on failure token and secret are NULL.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_create_token(const nbt_client *client,
                                   const char *name,
                                   int64_t expires_in_days,
                                   const char *user_id,
                                   nbt_token **token,
                                   nbt_secret **plain_token,
                                   nbt_error **error);

/**
 * Deletes (revokes) a token of a user. Success means that the server said so, or that it no longer knows the token after an
 * attempt whose answer was lost.
 *
 * Parameters: token_id says which. user_id says whose; NULL for the user that the credential belongs to. error is where
 * the error is put; may be NULL.
 * Returns: NBT_OK, or any other result code.
 * Memory: free the error with nbt_error_free.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_delete_token(const nbt_client *client,
                                   const char *token_id,
                                   const char *user_id,
                                   nbt_error **error);

/**
 * Gets the user that the credential belongs to. Always asks the server.
 *
 * Parameters: out is where the user is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK, or any other result code.
 * Memory: free the user with nbt_user_free and the error with nbt_error_free; on failure the user is NULL.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_current_user(const nbt_client *client,
                                   nbt_user **out,
                                   nbt_error **error);

/**
 * Lists the users that the credential may see: all, or only its own.
 *
 * Parameters: out is where the list is put. error is where the error is put; may be NULL.
 * Returns: NBT_OK, or any other result code.
 * Memory: free the list with nbt_user_list_free and the error with nbt_error_free; on failure the list is NULL.
 * Threads: any; one client may be used by several at once.
 */
nbt_result nbt_client_list_users(const nbt_client *client,
                                 nbt_user_list **out,
                                 nbt_error **error);

/**
 * Frees a client handle. Its connections are closed with the last handle of the client.
 *
 * Parameters: client may be NULL, and then nothing is done.
 * Returns: nothing.
 * Memory: the handle is gone afterwards. What calls gave (tokens, lists, errors) stays.
 * Threads: any, once no other uses it.
 */
void nbt_client_free(nbt_client *client);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NETBIRD_TOKENS_H */
