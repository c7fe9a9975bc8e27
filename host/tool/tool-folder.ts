// Lets the DeviceScript tool keep its files elsewhere than in `.devicescript`, which is fixed in it.
import { createRequire } from "node:module"
import { join, relative, resolve } from "node:path"
import { buildDir, TOOL_FOLDER } from "../build-dir.ts"

type Mkdir = (folder: unknown, ...rest: unknown[]) => unknown

const require = createRequire(import.meta.url)
const fs = require("node:fs") as { mkdir: Mkdir; mkdirSync: Mkdir }
const INSIDE = /^\.devicescript(?=$|[/\\])/

/** Where a file that the tool writes goes. */
export function movedPath<T>(file: T): T | string {
    if (typeof file !== "string") return file
    const path = relative(".", resolve(file))
    return INSIDE.test(path)
        ? join(buildDir(), path.slice(TOOL_FOLDER.length))
        : file
}

/** Has the tool make its folders there, too; call it before the tool is loaded. */
export function moveToolFolder(): void {
    const { mkdir, mkdirSync } = fs
    fs.mkdir = (folder, ...rest) => mkdir(movedPath(folder), ...rest)
    fs.mkdirSync = (folder, ...rest) => mkdirSync(movedPath(folder), ...rest)
}
