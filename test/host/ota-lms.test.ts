// rows: O2a
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import {
    makeLeaf,
    makeNodes,
    parameters,
    parsePublicKey,
    signatureBytes,
    signLms,
    verifyLms,
} from "../../host/ota/lms.ts"
import { LMS_VECTORS } from "../vectors/lms.ts"

const hex = (text: string) => Buffer.from(text, "hex")

/** Keys of RFC 8554, appendix F, test case 2: identifier, seed and root of the lower tree. */
const CASE_2 = {
    ...parameters(5, 4)!,
    id: hex("215f83b7ccb9acbcd08db97b0d04dc2b"),
    seed: hex(
        "a1c4696e2608035a886100d05cd99945eb3370731884a8235e2fb3d4d71f2547"
    ),
}
const CASE_2_ROOT =
    "a1cd035833e0e90059603f26e07ad2aad152338e7a5e5984bcd5f7bb4eba40b7"

describe("LMS", () => {
    for (const { name, publicKey, message, signature } of LMS_VECTORS)
        test(`verifies ${name}`, () => {
            const key = parsePublicKey(hex(publicKey))!
            assert.ok(verifyLms(key, hex(message), hex(signature)))
            assert.equal(
                signatureBytes(key.tree, key.ots),
                signature.length / 2
            )
            const other = hex(message)
            other[0] ^= 1
            assert.ok(!verifyLms(key, other, hex(signature)))
        })

    test("makes the keys of RFC 8554, appendix F, test case 2", () => {
        const leaves = Array.from({ length: 32 }, (_, leaf) =>
            makeLeaf(CASE_2, leaf)
        )
        const [, root] = makeNodes(CASE_2, leaves)
        assert.equal(root.toString("hex"), CASE_2_ROOT)
        const key = { ...CASE_2, root }
        const message = Buffer.from("signed by each leaf")
        for (const leaf of [0, 1, 17, 31]) {
            const signature = signLms(
                CASE_2,
                makeNodes(CASE_2, leaves),
                leaf,
                message
            )
            assert.ok(verifyLms(key, message, signature))
        }
    })

    test("its tables are those of RFC 8554, appendix B, and SP 800-208", () => {
        for (const [n, firstTree, firstOts] of [
            [32, 5, 1],
            [24, 10, 5],
        ] as const)
            for (let at = 0; at < 5; ++at) {
                const w = 1 << Math.min(at, 3)
                const type = firstOts + Math.min(at, 3)
                const digits = (8 * n) / w
                const most = (2 ** w - 1) * digits
                const sum = Math.ceil((Math.floor(Math.log2(most)) + 1) / w)
                assert.deepEqual(parameters(firstTree + at, type), {
                    tree: { type: firstTree + at, m: n, h: 5 + 5 * at },
                    ots: { type, n, w, p: digits + sum, ls: 16 - sum * w },
                })
            }
    })

    test("signs by all parameter sets that it knows", () => {
        for (const [tree, ots] of [
            [5, 1],
            [5, 2],
            [5, 3],
            [10, 5],
            [10, 6],
            [10, 7],
            [10, 8],
        ]) {
            const found = parameters(tree, ots)!
            const { n } = found.ots
            const secret = {
                ...found,
                id: Buffer.alloc(16, 1),
                seed: Buffer.alloc(n, 2),
            }
            const leaves = Array.from({ length: 32 }, (_, leaf) =>
                makeLeaf(secret, leaf)
            )
            const nodes = makeNodes(secret, leaves)
            const message = Buffer.from(`parameters ${tree} ${ots}`)
            const signature = signLms(secret, nodes, 9, message)
            assert.ok(
                verifyLms({ ...secret, root: nodes[1] }, message, signature)
            )
        }
        assert.equal(parameters(5, 8), undefined, "24 and 32 bytes mixed")
    })
})
