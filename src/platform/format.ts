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
