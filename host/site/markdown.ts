// Markdown to HTML: headings with the anchors that GitHub gives them, sections for the search,
// links handed to the caller.
import { Marked, type Tokens } from "marked"
import type { Section } from "./page/find.ts"

/** A page as HTML. */
export interface RenderedPage {
    /** Text of its first heading. */
    title: string
    html: string
    /** Headings below the title. */
    headings: { text: string; anchor: string }[]
    /** Pieces that the search finds, each from one heading to the next. */
    sections: Omit<Section, "page" | "title">[]
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
    const { html } = renderMarkdown(text, address => address)
    return [...html.matchAll(/<h\d id="([^"]*)"/g)].map(([, anchor]) => anchor!)
}

/**
 * Renders a page.
 * @param resolveLink makes the address in the site of one in the text
 */
export function renderMarkdown(
    text: string,
    resolveLink: (address: string) => string
): RenderedPage {
    const marked = new Marked({ gfm: true })
    const anchorOf = anchorMaker()
    const pieces: { heading: string; anchor: string; html: string }[] = []
    marked.use({
        renderer: {
            heading({ tokens, depth }: Tokens.Heading): string {
                const html = this.parser.parseInline(tokens)
                const anchor = anchorOf(plainText(html))
                return `<h${depth} id="${anchor}">${html}</h${depth}>\n`
            },
            table(token: Tokens.Table): string {
                return `<div class="table">${tableHtml(token, row => this.tablecell(row))}</div>\n`
            },
        },
    })
    const tokens = marked.lexer(text)
    marked.walkTokens(tokens, token => {
        if (token.type === "link" || token.type === "image")
            token.href = resolveLink(token.href)
    })
    const html = marked.parser(tokens)
    for (const piece of html.split(/(?=<h[1-3] id=")/)) {
        const [, anchor, heading] =
            /^<h[1-3] id="([^"]*)">([^]*?)<\/h/.exec(piece) ?? []
        if (anchor !== undefined)
            pieces.push({ heading: plainText(heading!), anchor, html: piece })
    }
    return {
        title: pieces[0]?.heading ?? "",
        html,
        headings: pieces
            .filter(({ html }) => html.startsWith("<h2"))
            .map(({ heading, anchor }) => ({ text: heading, anchor })),
        sections: pieces.map(({ heading, anchor, html }) => ({
            heading,
            anchor,
            text: plainText(html.replace(/^<h[^]*?<\/h\d>/, "")),
        })),
    }
}

/** Gives each heading an anchor; the second of a name gets `-1`. */
function anchorMaker(): (heading: string) => string {
    const counts = new Map<string, number>()
    return heading => {
        const anchor = heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N}\s_-]/gu, "")
            .replaceAll(/\s/g, "-")
        const count = counts.get(anchor) ?? 0
        counts.set(anchor, count + 1)
        return count ? `${anchor}-${count}` : anchor
    }
}

/** A table without a head where its head is empty. */
function tableHtml(
    { header, rows }: Tokens.Table,
    cellHtml: (cell: Tokens.TableCell) => string
): string {
    const row = (cells: Tokens.TableCell[]) =>
        `<tr>${cells.map(cellHtml).join("")}</tr>\n`
    const head = header.some(({ text }) => text !== "")
        ? `<thead>\n${row(header)}</thead>\n`
        : ""
    return `<table>\n${head}<tbody>\n${rows.map(row).join("")}</tbody></table>`
}

const ENTITIES: Record<string, string> = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&amp;": "&",
}

/** The text of HTML that `marked` made. */
function plainText(html: string): string {
    return html
        .replaceAll(/<!--[^]*?-->/g, "")
        .replaceAll(/<\/(td|th|li|p)>/g, " ")
        .replaceAll(/<[^>]*>/g, "")
        .replaceAll(/&(lt|gt|quot|#39|amp);/g, entity => ENTITIES[entity]!)
        .replaceAll(/\s+/g, " ")
        .trim()
}
