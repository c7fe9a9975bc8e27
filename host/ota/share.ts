import { createHash } from "node:crypto"

/** What a device's place in a rollout is made of, besides its identifier. */
const SALT = "fiberd share "

/**
 * The place of a device in every rollout, 0 to 99, by a hash of its identifier: a share of 25%
 * is the devices below 25, the same ones each time, and those of 10% are among them.
 * @param device 16 hexadecimal digits in lower case
 */
export function shareOf(device: string): number {
    const hash = createHash("sha256")
        .update(SALT + device)
        .digest()
    return hash.readUIntBE(0, 3) % 100
}
