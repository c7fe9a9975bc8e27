// Builds the documentation as a site: plain files that work on a web server and from a folder, and
// fetch nothing from elsewhere. A link that leads nowhere ends the build.
import { copyFileSync, readdirSync } from "node:fs"
import { rmSync, writeFileSync } from "node:fs"
import { basename, join, posix } from "node:path"
import { fileURLToPath } from "node:url"
import { FirmwareError } from "../errors.ts"
import { makeFolder } from "../files.ts"
import { anchorsOf, renderMarkdown, type RenderedPage } from "./markdown.ts"
import type { Section } from "./page/find.ts"
import { GROUPS, type Page, PAGES, pageText } from "./pages.ts"

const PAGE_FOLDER = fileURLToPath(new URL("./page/", import.meta.url))

/** What a build made. */
export interface Site {
    pages: number
    sections: Section[]
}

/**
 * Builds the site into a folder, whose content is replaced. The working folder is the root of the
 * repository.
 * @throws FirmwareError when a page of docs/ or an example is in no menu, or a link leads nowhere
 */
export async function buildSite(out: string): Promise<Site> {
    const unlisted = [
        ...filesOf("docs", ".md"),
        ...filesOf("examples", ".ts"),
    ].filter(source => !PAGES.some(page => page.source === source))
    if (unlisted.length)
        throw new FirmwareError(`${unlisted[0]}: not in host/site/pages.ts`)
    rmSync(out, { recursive: true, force: true })
    makeFolder(out)
    const links = new Links()
    const rendered = PAGES.map(page => ({
        page,
        content: renderMarkdown(links.read(page.source), address =>
            links.resolve(page, address)
        ),
    }))
    const titles = new Map(
        rendered.map(({ page, content }) => [page.target, content.title])
    )
    for (const { page, content } of rendered)
        writeFileSync(join(out, page.target), html(page, content, titles))
    for (const picture of links.pictures)
        copyFileSync(picture, join(out, basename(picture)))
    const sections = rendered.flatMap(({ page, content }) =>
        content.sections.map(section => ({
            page: page.target,
            title: content.title,
            ...section,
        }))
    )
    writeFileSync(
        join(out, "sections.js"),
        `var SECTIONS = ${JSON.stringify(sections)}\n`
    )
    await bundle(out)
    return { pages: PAGES.length, sections }
}

/** The files of a folder whose names end so. */
function filesOf(folder: string, ending: string): string[] {
    return readdirSync(folder)
        .filter(name => name.endsWith(ending))
        .map(name => `${folder}/${name}`)
}

/** Where the links of all pages lead. */
class Links {
    /** Pictures that pages show. */
    readonly pictures = new Set<string>()
    private readonly texts = new Map<string, string>()
    private readonly anchors = new Map<string, string[]>()

    /** The text of a page. */
    read(source: string): string {
        const known = this.texts.get(source)
        if (known !== undefined) return known
        const text = pageText(source)
        this.texts.set(source, text)
        return text
    }

    /**
     * The address in the site of one in a page.
     * @throws FirmwareError when there is nothing
     */
    resolve({ source }: Page, address: string): string {
        if (/^https?:/.test(address)) return address
        const [path, anchor] = address.split("#") as [string, string?]
        const file = path ? posix.join(posix.dirname(source), path) : source
        const page = PAGES.find(({ source }) => source === file)
        if (page === undefined) {
            if (!/^docs\/[\w-]+\.png$/.test(file))
                throw nowhere(source, address)
            this.pictures.add(file)
            return basename(file)
        }
        if (anchor === undefined) return page.target
        if (!this.anchorsOf(file).includes(anchor))
            throw nowhere(source, address)
        return `${page.target}#${anchor}`
    }

    private anchorsOf(source: string): string[] {
        const known = this.anchors.get(source)
        if (known) return known
        const anchors = anchorsOf(this.read(source))
        this.anchors.set(source, anchors)
        return anchors
    }
}

function nowhere(source: string, address: string): FirmwareError {
    return new FirmwareError(
        `${source}: the link "${address}" leads to no page, heading or picture of the site`
    )
}

/** Makes `page.js` and `page.css`. */
async function bundle(out: string): Promise<void> {
    const { build } = await import("esbuild")
    await build({
        entryPoints: ["page.ts", "page.css"].map(file =>
            join(PAGE_FOLDER, file)
        ),
        outdir: out,
        bundle: true,
        minify: true,
        format: "iife",
        target: "es2022",
        legalComments: "none",
        logLevel: "silent",
    })
}

function html(
    { target }: Page,
    { title, html, headings }: RenderedPage,
    titles: Map<string, string>
): string {
    const menu = GROUPS.map(({ title, pages }) => {
        const links = pages.map(page => {
            const here = page.target === target ? ' aria-current="page"' : ""
            return `<a href="${page.target}"${here}>${escaped(titles.get(page.target)!)}</a>`
        })
        return `<h2>${title}</h2>\n${links.join("\n")}`
    })
    const contents = headings.map(
        ({ text, anchor }) => `<a href="#${anchor}">${escaped(text)}</a>`
    )
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title === "fiberd" ? title : `${title} - fiberd`)}</title>
<link rel="stylesheet" href="page.css">
</head>
<body>
<nav id="menu">
${menu.join("\n")}
</nav>
<main>
<header>
<a id="to-menu" href="#menu">Menu</a>
<input id="search" type="search" placeholder="Search ( / )" aria-label="Search" autocomplete="off">
<div id="results" hidden></div>
</header>
${html}</main>
<aside>
${contents.join("\n")}
</aside>
<script src="sections.js"></script>
<script src="page.js"></script>
</body>
</html>
`
}

function escaped(text: string): string {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
}
