// The page as it is sent: one HTML file, one script, one style sheet, made by esbuild of
// host/web/page into host/web/dist when they are missing or older than their sources.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

const PAGE_FOLDER = fileURLToPath(new URL("../page/", import.meta.url))
const DIST_FOLDER = fileURLToPath(new URL("../dist/", import.meta.url))
/** Both are read by the page's bundle as well. */
const SHARED = ["../protocol.ts", "../../levels.ts", "../../words.ts"]

/** A file of the page. */
export interface PageFile {
    type: string
    body: Buffer
    zipped: Buffer
}

/** What is sent, by path. */
const FILES: Record<string, [file: string, type: string]> = {
    "/": ["index.html", "text/html; charset=utf-8"],
    "/main.js": ["main.js", "text/javascript; charset=utf-8"],
    "/main.css": ["main.css", "text/css; charset=utf-8"],
    "/icon.svg": ["icon.svg", "image/svg+xml"],
}

/** The files of the page, by path; built first when they have to be. */
export async function pageFiles(): Promise<Map<string, PageFile>> {
    if (isStale()) await buildPage()
    return new Map(
        Object.entries(FILES).map(([path, [file, type]]) => {
            const body = readFileSync(join(DIST_FOLDER, file))
            return [path, { type, body, zipped: gzipSync(body, { level: 9 }) }]
        })
    )
}

/** Builds the page into host/web/dist. */
export async function buildPage(): Promise<void> {
    const { build } = await import("esbuild")
    await build({
        entryPoints: ["main.tsx", "index.html", "icon.svg"].map(file =>
            join(PAGE_FOLDER, file)
        ),
        outdir: DIST_FOLDER,
        bundle: true,
        minify: true,
        format: "esm",
        target: "es2022",
        jsx: "automatic",
        jsxImportSource: "preact",
        loader: { ".html": "copy", ".svg": "copy" },
        legalComments: "none",
        logLevel: "silent",
    })
}

function isStale(): boolean {
    const built = Object.values(FILES).map(([file]) => join(DIST_FOLDER, file))
    if (!built.every(existsSync)) return true
    // a package has the built files, and perhaps nothing to build them of
    if (!existsSync(join(PAGE_FOLDER, "main.tsx"))) return false
    const sources = [
        ...readdirSync(PAGE_FOLDER).map(name => join(PAGE_FOLDER, name)),
        ...SHARED.map(name => join(PAGE_FOLDER, name)),
    ]
    return newest(sources) > Math.min(...built.map(changed))
}

function newest(files: string[]): number {
    return Math.max(...files.map(changed))
}

function changed(file: string): number {
    return statSync(file).mtimeMs
}
