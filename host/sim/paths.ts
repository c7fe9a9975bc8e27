import { createHash } from "node:crypto"
import { join, relative, resolve } from "node:path"
import { statesFolder } from "../bus/index.ts"

/** A folder name for what belongs to the program `main`: readable, and its own for each file. */
export function programSlug(main: string): string {
    const path = relative(".", resolve(main))
    const hash = createHash("sha256").update(path).digest("hex").slice(0, 8)
    const name = path.replace(/\.ts$/, "").replace(/[^\w.-]+/g, "-")
    return `${name.slice(-40).replace(/^[.-]+/, "")}-${hash}`
}

/** The state folder of the board that runs `main`, unless the user names another. */
export function defaultStateFolder(main: string): string {
    return join(statesFolder(), programSlug(main))
}
