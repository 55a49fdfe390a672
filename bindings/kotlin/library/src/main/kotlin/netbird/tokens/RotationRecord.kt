package netbird.tokens

import netbird.tokens.internal.NativeRotationRecord
import netbird.tokens.internal.NativeRotationStage
import netbird.tokens.internal.rotationRecordFromJson
import netbird.tokens.internal.rotationRecordToJson

/** How far a rotation has come. */
public enum class RotationStage {
    /** The old token is known, and the new one has a name. It may have been created already. */
    PLANNED,

    /** The new token exists, and its secret was handed to you. */
    CREATED,

    /** You have stored the secret. */
    STORED,

    /** The new token works, and the old one is revoked. */
    COMMITTED,

    /** The new token works, and the old one is kept on purpose. */
    KEPT,

    /** There is no new token, and the old one is as it was. */
    ABORTED,
}

/**
 * All that is needed to finish a rotation in another process; see [Client.resumeRotation]. It holds no secret.
 *
 * @property managementUrl The server.
 * @property userId The user who owns both tokens.
 * @property oldTokenId The token to be replaced.
 * @property tokenName The name that the new token is created under, with its tag.
 * @property isTagged Whether that name has a tag of this rotation.
 * @property tokenId The new token, once its id is known.
 * @property keepOld Whether the old token is to be kept.
 * @property stage How far the rotation has come.
 */
public data class RotationRecord(
    val managementUrl: String,
    val userId: String,
    val oldTokenId: String,
    val tokenName: String,
    val isTagged: Boolean,
    val tokenId: String?,
    val keepOld: Boolean,
    val stage: RotationStage,
) {
    /**
     * The record as JSON, to be stored.
     *
     * @return one line, the same in every language
     */
    public fun toJson(): String = translated { rotationRecordToJson(toNative()) }

    public companion object {
        /**
         * The record from its JSON.
         *
         * @param json what [toJson] gave, in any language
         * @return the record
         * @throws NetBirdException [ErrorKind.INVALID_ARGUMENT] when it is not a record, or one of a later version
         */
        @JvmStatic
        @Throws(NetBirdException::class)
        public fun fromJson(json: String): RotationRecord = translated { rotationRecordFromJson(json) }.translated()
    }
}

internal fun RotationRecord.toNative(): NativeRotationRecord =
    NativeRotationRecord(
        managementUrl = managementUrl,
        userId = userId,
        oldTokenId = oldTokenId,
        tokenName = tokenName,
        isTagged = isTagged,
        tokenId = tokenId,
        keepOld = keepOld,
        stage = stage.toNative(),
    )

internal fun NativeRotationRecord.translated(): RotationRecord =
    RotationRecord(
        managementUrl = managementUrl,
        userId = userId,
        oldTokenId = oldTokenId,
        tokenName = tokenName,
        isTagged = isTagged,
        tokenId = tokenId,
        keepOld = keepOld,
        stage = stage.translated(),
    )

private fun RotationStage.toNative(): NativeRotationStage =
    when (this) {
        RotationStage.PLANNED -> NativeRotationStage.PLANNED
        RotationStage.CREATED -> NativeRotationStage.CREATED
        RotationStage.STORED -> NativeRotationStage.STORED
        RotationStage.COMMITTED -> NativeRotationStage.COMMITTED
        RotationStage.KEPT -> NativeRotationStage.KEPT
        RotationStage.ABORTED -> NativeRotationStage.ABORTED
    }

private fun NativeRotationStage.translated(): RotationStage =
    when (this) {
        NativeRotationStage.PLANNED -> RotationStage.PLANNED
        NativeRotationStage.CREATED -> RotationStage.CREATED
        NativeRotationStage.STORED -> RotationStage.STORED
        NativeRotationStage.COMMITTED -> RotationStage.COMMITTED
        NativeRotationStage.KEPT -> RotationStage.KEPT
        NativeRotationStage.ABORTED -> RotationStage.ABORTED
    }
