import { readFileSync } from "node:fs"

/** What `bench/budget.json` grants. */
interface Budget {
    /** The most that `src/main.ts` may need, in bytes of code. */
    code: number
    /** The least that a program leaves to an application, in bytes of code, by its file. */
    room: Record<string, number>
    /** The most VM steps of a call, by what is measured. */
    steps: Record<string, number>
}

/** The most that programs may need, from `bench/budget.json`. */
export function budget(): Budget {
    const file = new URL("../budget.json", import.meta.url)
    return JSON.parse(readFileSync(file, "utf8")) as Budget
}
