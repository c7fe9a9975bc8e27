import { replaceAll, splitText } from "./text"

// What is a secret although no schema says so: settings of a program without a schema, or of
// another version of it. Read by Node as well.

/** Parts of keys whose values are never shown; those between `_` are harmless within other words. */
const SECRET =
    "PASS PWD SECRET TOKEN KEY PSK AUTH CREDENTIAL CERT PRIVATE COOKIE SESSION SALT _PIN_ _PW_ _PUK_ _OTP_ _JWT_ _DSN_"
/** What has one of these parts in it and is no secret. */
const HARMLESS = "PUBKEY PUBLIC_KEY KEYBOARD BYPASS COMPASS AUTHOR"

/** Whether the name of a setting says that its value must not be shown. */
export function isSecretName(key: string): boolean {
    let name = `_${key.toUpperCase()}_`
    for (const word of splitText(HARMLESS, " "))
        name = replaceAll(name, word, "")
    for (const part of splitText(SECRET, " "))
        if (name.indexOf(part) >= 0) return true
    return false
}

/** Whether a text is a URL that may have a password in it, as `http://user:password@host`. */
export function hasPassword(text: string): boolean {
    const host = text.indexOf("://")
    return host >= 0 && text.indexOf("@", host) >= 0
}
