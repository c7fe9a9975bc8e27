// Lets Node load the TypeScript of this folder. Only ES modules go through it: the 28 MB bundle
// of the DeviceScript tool is a CommonJS file and would take 15 s to be looked at.
import "./tsx-cache.js"
import { fileURLToPath } from "node:url"
import { register } from "tsx/esm/api"

const root = fileURLToPath(new URL("..", import.meta.url))
// what follows it would be a query to tsx, and no TypeScript then
if (root.includes("?")) {
    console.error(
        `fiberctl: TypeScript does not load from "${root}", which has a "?": rename the folder`
    )
    process.exit(2)
}

/** Ends that again, for what is loaded from then on. */
export const unregister = register()
