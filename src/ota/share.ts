import { sha256 } from "../platform"

/**
 * The place of a board in every rollout, 0 to 99, by a hash of its identifier: a share of 25% is
 * the boards below 25. `host/ota/share.ts` is its twin.
 * @param device 16 hexadecimal digits in lower case
 */
export function shareOf(device: string): number {
    const hash = sha256(["fiberd share ", device])
    return ((hash[0] << 16) | (hash[1] << 8) | hash[2]) % 100
}
