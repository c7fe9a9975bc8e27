// The script of every page: the search field. It works from a folder, too (file:), so the sections
// come by another script instead of a request.
import { type Found, makeSearch, type Section, snippet } from "./find.ts"

declare const SECTIONS: readonly Section[]

const search = makeSearch(SECTIONS)
const field = document.querySelector<HTMLInputElement>("#search")!
const list = document.querySelector<HTMLElement>("#results")!

field.addEventListener("input", () => show(search(field.value)))
field.addEventListener("keydown", event => {
    if (event.key === "Escape") close()
    if (event.key === "ArrowDown") focusResult(0)
    if (event.key === "Enter") results()[0]?.click()
})
list.addEventListener("keydown", event => {
    const at = results().indexOf(event.target as HTMLAnchorElement)
    if (event.key === "Escape") close()
    if (event.key === "ArrowDown") focusResult(at + 1)
    if (event.key === "ArrowUp") focusResult(at - 1)
})
// a result on this page only scrolls
list.addEventListener("click", () => (list.hidden = true))
document.addEventListener("keydown", event => {
    if (event.key !== "/" || document.activeElement === field) return
    event.preventDefault()
    field.focus()
})

function results(): HTMLAnchorElement[] {
    return [...list.querySelectorAll("a")]
}

function focusResult(at: number): void {
    if (at < 0) field.focus()
    else results()[at]?.focus()
}

function close(): void {
    field.value = ""
    list.hidden = true
    field.focus()
}

function show(found: Found[]): void {
    const words = field.value.trim()
    list.hidden = words === ""
    list.replaceChildren(
        ...(found.length
            ? found.map(resultLink)
            : [element("p", `nothing has "${words}"`)])
    )
}

function resultLink(found: Found): HTMLElement {
    const { page, anchor, title, heading, text, words } = found
    const link = document.createElement("a")
    link.href = `${page}#${anchor}`
    link.append(
        element("b", heading === title ? title : `${title}: ${heading}`),
        element("span", snippet(text, words))
    )
    return link
}

function element(name: string, text: string): HTMLElement {
    const made = document.createElement(name)
    made.textContent = text
    return made
}
