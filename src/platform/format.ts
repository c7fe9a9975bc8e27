import * as ds from "@devicescript/core"

/**
 * The VM's native formatter, which fills the placeholders `{0}` to `{4}` of a message; the type in
 * the library admits numbers only. It escapes UTF-8 in objects byte by byte: render those with
 * `textOf` first.
 */
export const nativeFormat: (
    message: string,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown
) => string = (ds as any).format

/**
 * Prints a line on the VM's console, as the methods of `console` do, without a format.
 * @param mark code of the character before the line: `!`, `*`, `>` or `?`
 */
export function printLine(mark: number, line: string): void {
    ;(ds as any).print(mark, line)
}
