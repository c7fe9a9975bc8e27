import { isSecretName } from "../../src/settings/secrets.ts"

/** Whether the value of a setting must not be shown: by its name, or as a URL with a password. */
export function isSecret(key: string, value = ""): boolean {
    return isSecretName(key) || /:\/\/[^/\s]*:[^/\s]*@/.test(value)
}
