//! Reading a tensor's memory without a copy. The only `unsafe` in the crate.

use dfdx::shapes::Shape;
use dfdx::tensor::Tensor;

use crate::Device;

/// The elements in row-major order, or `None` where the tensor is permuted or broadcast: make it
/// `contiguous()` first.
pub fn as_slice<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> Option<&[f32]> {
    let shape = *dfdx::shapes::HasShape::shape(tensor);
    let sizes = shape.concrete();
    let elements = shape.num_elements();
    if elements == 0 {
        return Some(&[]);
    }
    let expected = shape.strides();
    let origin: S::Concrete = Default::default();
    let first: *const f32 = &tensor[origin];
    for axis in 0..S::NUM_DIMS {
        if sizes[axis] > 1 {
            let mut index = origin;
            index[axis] = 1;
            let stride = (&raw const tensor[index]).addr().wrapping_sub(first.addr());
            if stride != expected[axis] * size_of::<f32>() {
                return None;
            }
        }
    }
    // SAFETY: a CPU tensor keeps its elements in one `Vec<f32>` and indexes it without an offset, so
    // the element at the origin is the first of the allocation. Every axis longer than one has the
    // row-major stride, checked above through dfdx's bounds-checked indexing, so the last element
    // lies `elements - 1` places further in the same allocation. The borrow of `tensor` keeps the
    // shared allocation alive and unwritten for the lifetime of the slice.
    Some(unsafe { std::slice::from_raw_parts(first, elements) })
}
