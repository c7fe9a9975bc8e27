export {
    type Compilation,
    type Diagnostic,
    keepToolCode,
    loadTool,
    type Tool,
} from "./bundle.ts"
export { movedPath, moveToolFolder } from "./tool-folder.ts"
export { loadVm, type VmModule } from "./vm-module.ts"
