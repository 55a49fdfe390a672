package netbird.tokens.adapter

import netbird.tokens.Client
import netbird.tokens.Rotation
import netbird.tokens.RotationRecord
import netbird.tokens.Secret
import org.json.JSONObject

/** The operations on a rotation that has begun. */
val ROTATION_OPERATIONS = listOf(
    "rotation_create", "rotation_mark_stored", "rotation_commit", "rotation_abort", "rotation_record", "rotation_drop",
)

/** The rotations that have begun and were not dropped. */
class Rotations(private val secrets: MutableList<Secret>) {
    private val open = mutableMapOf<String, Rotation>()
    private var begun = 0

    suspend fun begin(client: Client, args: JSONObject): JSONObject =
        kept(
            client.rotateToken(
                tokenId = args.text("token_id"),
                name = args.text("name"),
                newName = args.text("new_name"),
                expiresInDays = args.days(),
                userId = args.text("user_id"),
                tag = args.optBoolean("tag", true),
                adopt = args.optBoolean("adopt"),
                prepareOnly = args.optBoolean("prepare_only"),
            ),
            args,
        )

    fun beginBlocking(client: Client, args: JSONObject): JSONObject =
        kept(
            client.rotateTokenBlocking(
                tokenId = args.text("token_id"),
                name = args.text("name"),
                newName = args.text("new_name"),
                expiresInDays = args.days(),
                userId = args.text("user_id"),
                tag = args.optBoolean("tag", true),
                adopt = args.optBoolean("adopt"),
                prepareOnly = args.optBoolean("prepare_only"),
            ),
            args,
        )

    /** One of [ROTATION_OPERATIONS]. */
    suspend fun run(operation: String, args: JSONObject): JSONObject {
        val key = args.getString("rotation")
        val rotation = checkNotNull(open[key]) { "no such rotation" }
        when (operation) {
            "rotation_create" -> {
                rotation.create()
                return progress(rotation, args)
            }
            "rotation_mark_stored" -> rotation.markStored()
            "rotation_commit" -> rotation.commit(args.optBoolean("keep_old"))
            "rotation_abort" -> rotation.abort()
            "rotation_drop" -> return JSONObject().also { open.remove(key)?.close() }
        }
        return show(rotation.record)
    }

    private fun kept(rotation: Rotation, args: JSONObject): JSONObject {
        val key = "${begun++}"
        open[key] = rotation
        return progress(rotation, args).put("rotation", key).put("old_token", showToken(rotation.oldToken, args))
    }

    private fun progress(rotation: Rotation, args: JSONObject): JSONObject {
        val shown = show(rotation.record)
        if (rotation.record.tokenId == null) {
            return shown.put("token", JSONObject.NULL).put("plain_token", JSONObject.NULL).put("secret", JSONObject.NULL)
        }
        secrets += rotation.plainToken
        return shown.put("token", showToken(rotation.token, args)).put("plain_token", rotation.plainToken.toString())
            .put("secret", "${secrets.lastIndex}")
    }
}

suspend fun resume(client: Client, args: JSONObject): JSONObject =
    show(client.resumeRotation(record(args), args.text("plain_token")?.let(Secret::of)))

fun resumeBlocking(client: Client, args: JSONObject): JSONObject =
    show(client.resumeRotationBlocking(record(args), args.text("plain_token")?.let(Secret::of)))

private fun record(args: JSONObject): RotationRecord = RotationRecord.fromJson(args.get("record").toString())

/** The record's own JSON form. */
private fun show(record: RotationRecord): JSONObject = JSONObject().put("record", JSONObject(record.toJson()))

private fun JSONObject.text(name: String): String? = optString(name, null)
