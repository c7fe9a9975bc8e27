import { replaceAll, splitText } from "./text"

// Finds secrets without a schema, by their names or contents: for settings of a program without
// a schema, or with another version of it. Also read by Node.

/** Parts of names of secrets; those between `_` count as whole words only. */
const SECRET =
    "PASS PWD SECRET TOKEN KEY PSK AUTH CREDENTIAL CERT PRIVATE COOKIE SESSION SALT _PIN_ _PW_ _PUK_ _OTP_ _JWT_ _DSN_"
/** Words that hold one of these parts but name no secret. */
const HARMLESS = "PUBKEY PUBLIC_KEY KEYBOARD BYPASS COMPASS AUTHOR"

/** Whether the name of a setting looks like that of a secret. */
export function isSecretName(key: string): boolean {
    let name = `_${key.toUpperCase()}_`
    for (const word of splitText(HARMLESS, " "))
        name = replaceAll(name, word, "")
    for (const part of splitText(SECRET, " "))
        if (name.indexOf(part) >= 0) return true
    return false
}

/** Whether a text may be a URL with a password, as `http://user:password@host`. */
export function hasPassword(text: string): boolean {
    const host = text.indexOf("://")
    return host >= 0 && text.indexOf("@", host) >= 0
}
