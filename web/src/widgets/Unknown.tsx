/** Stands where a value is not known, and says why. */
export function Unknown(props: { why: string }) {
  return (
    <span class="unknown" title={props.why}>
      unknown<span class="sr-only">: {props.why}</span>
    </span>
  );
}
