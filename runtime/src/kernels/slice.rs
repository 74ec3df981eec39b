//! Reading and writing a tensor's memory without a copy. The only `unsafe` in the crate.

use dfdx::shapes::Shape;
use dfdx::tensor::Tensor;

use crate::Device;

/// The elements in row-major order, or `None` where the tensor is permuted or broadcast: make it
/// `contiguous()` first.
pub fn as_slice<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> Option<&[f32]> {
    let elements = dfdx::shapes::HasShape::shape(tensor).num_elements();
    if elements == 0 {
        return Some(&[]);
    }
    if !is_contiguous(tensor) {
        return None;
    }
    let origin: S::Concrete = Default::default();
    let first: *const f32 = &tensor[origin];
    // SAFETY: a CPU tensor keeps its elements in one `Vec<f32>` and indexes it without an offset, so
    // the element at the origin is the first of the allocation. Every axis longer than one has the
    // row-major stride, checked above through dfdx's bounds-checked indexing, so the last element
    // lies `elements - 1` places further in the same allocation. The borrow of `tensor` keeps the
    // shared allocation alive and unwritten for the lifetime of the slice.
    Some(unsafe { std::slice::from_raw_parts(first, elements) })
}

/// The same to be written to. Memory that another tensor shares is copied first.
pub fn as_mut_slice<S: Shape, T>(tensor: &mut Tensor<S, f32, Device, T>) -> Option<&mut [f32]> {
    let elements = dfdx::shapes::HasShape::shape(tensor).num_elements();
    if elements == 0 {
        return Some(&mut []);
    }
    if !is_contiguous(tensor) {
        return None;
    }
    let origin: S::Concrete = Default::default();
    let first: *mut f32 = &mut tensor[origin];
    // SAFETY: as above. Indexing for writing has made the allocation this tensor's alone, and the mutable
    // borrow of `tensor` keeps it so for the lifetime of the slice.
    Some(unsafe { std::slice::from_raw_parts_mut(first, elements) })
}

/// Whether every axis longer than one has the row-major stride. The tensor has elements.
fn is_contiguous<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> bool {
    let shape = *dfdx::shapes::HasShape::shape(tensor);
    let (sizes, expected) = (shape.concrete(), shape.strides());
    let origin: S::Concrete = Default::default();
    let first: *const f32 = &tensor[origin];
    (0..S::NUM_DIMS).all(|axis| {
        if sizes[axis] <= 1 {
            return true;
        }
        let mut index = origin;
        index[axis] = 1;
        let stride = (&raw const tensor[index]).addr().wrapping_sub(first.addr());
        stride == expected[axis] * size_of::<f32>()
    })
}
