/** The kitchen's entry. Its own bundle: a page that shows no kitchen loads none. */
import { streamed } from "../streamed.js";
import { renderKitchen } from "./view.js";

export default streamed(renderKitchen);
