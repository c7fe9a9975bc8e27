import { eachWord, replaceAll } from "./text"

// What is a secret although no schema says so: settings of a program without a schema, or of
// another version of it. Read by Node as well.

/** Parts of keys whose values are never shown. */
const PARTS =
    "PASS PWD SECRET TOKEN KEY PSK AUTH CREDENTIAL CERT PRIVATE COOKIE SESSION SALT"
/** Words between `_` that say the same; as parts of other words they are harmless. */
const WORDS = "PIN PW PUK OTP JWT DSN"
/** What has one of `PARTS` in it and is no secret. */
const HARMLESS = "PUBKEY PUBLIC_KEY KEYBOARD BYPASS COMPASS AUTHOR"

/** Whether the name of a setting says that its value must not be shown. */
export function isSecretName(key: string): boolean {
    let name = `_${key.toUpperCase()}_`
    let found = false
    eachWord(HARMLESS, word => (name = replaceAll(name, word, "")))
    eachWord(PARTS, part => (found = found || name.indexOf(part) >= 0))
    eachWord(WORDS, word => (found = found || name.indexOf(`_${word}_`) >= 0))
    return found
}
