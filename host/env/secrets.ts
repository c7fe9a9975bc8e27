const SECRET = /PWD|PASS|SECRET|TOKEN|KEY/i

/** Whether the value of the setting `key` must not be shown. */
export function isSecret(key: string): boolean {
    return SECRET.test(key)
}
