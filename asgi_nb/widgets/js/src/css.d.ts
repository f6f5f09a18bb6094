declare module "*.css" {
  /** The style sheet as text: it goes into the shadow root, not into the notebook's page. */
  const text: string;
  export default text;
}
