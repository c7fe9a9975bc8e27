// Whether a file is signed with a key that a board trusts. The program chooses which signatures count;
// the code of the other kind is not in its image.
import { equalBytes, hmacSha256 } from "../platform"
import { SignedFile, signedParts } from "./file"

/** The keys that a board trusts, as in its settings; empty for none. */
export interface TrustedKeys {
    /** `OTA_KEY`, hexadecimal: for HMAC signatures unless there is a public key, and for seals. */
    key: string
    /** `OTA_PUBKEY`, base64: if it is set, no other key counts for signatures. */
    publicKey: string
}

/** Whether one of a file's signatures is valid under the keys that a board trusts. */
export type Verifier = (file: SignedFile, keys: TrustedKeys) => Promise<boolean>

/** Trusts HMAC-SHA256 under `OTA_KEY`; trusts nothing while there is an `OTA_PUBKEY`. */
export async function verifyHmac(
    file: SignedFile,
    { key, publicKey }: TrustedKeys
): Promise<boolean> {
    if (publicKey || !key) return false
    const mac = hmacSha256(Buffer.from(key, "hex"), signedParts(file))
    const wanted = Buffer.from(`#ota hmac=${mac.toString("hex")}\n`)
    for (const line of file.signatures)
        if (equalBytes(line, wanted)) return true
    return false
}
