/** The inspector's entry. One bundle, because it comes from a blob URL; its styles ride in it, for the shadow root. */
import { streamed } from "./streamed.js";
import { renderInspector } from "./view.js";

export default streamed(renderInspector);
