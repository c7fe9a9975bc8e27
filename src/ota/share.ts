import { sha256 } from "../platform"

/**
 * The place of a board in every rollout, 0 to 99, from a hash of its identifier: a share of 25% has
 * the boards with places below 25. `host/ota/share.ts` is the twin on the host.
 * @param device 16 hexadecimal digits in lower case
 */
export function shareOf(device: string): number {
    const hash = sha256(["fiberd share ", device])
    return ((hash[0] << 16) | (hash[1] << 8) | hash[2]) % 100
}
