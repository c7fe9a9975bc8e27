// The full campaign against the remote service: `npm run test:remote`.
import test from "node:test"
import { flood, fuzz } from "./remote-fuzz.ts"

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000) + 1

test("50,000 hostile packets", async t => {
    await fuzz(t, 50_000, seed)
})

test("a flood of 60 s", async t => {
    await flood(t, 60_000)
})
