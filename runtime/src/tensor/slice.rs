//! Reading and writing a tensor's memory without a copy. `unsafe` stands here and in `memory.rs` alone.

use dfdx::shapes::Shape;
use dfdx::tensor::Tensor;

use super::Device;

/// The elements in row-major order, or `None` if the tensor is permuted or broadcast. Then call `contiguous()` first.
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
    // SAFETY: a CPU tensor keeps its elements in one `Vec<f32>`. Every axis longer than one has the
    // row-major stride, and the last element was looked up through dfdx's bounds-checked indexing and
    // found `elements - 1` places after the first: all that lies between is in the allocation. The borrow
    // of `tensor` keeps that alive and unwritten for the lifetime of the slice.
    Some(unsafe { std::slice::from_raw_parts(first, elements) })
}

/// A copy of the elements in row-major order.
pub fn in_rows<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> Vec<f32> {
    if let Some(values) = as_slice(tensor) {
        return values.to_vec();
    }
    let sizes: Vec<usize> = dfdx::shapes::HasShape::shape(tensor).concrete().into();
    gathered(&sizes, &|place: &[usize]| {
        let mut index: S::Concrete = Default::default();
        (0..S::NUM_DIMS).for_each(|axis| index[axis] = place[axis]);
        tensor[index]
    })
}

/// The elements of axes with these sizes in row-major order, for any shape.
fn gathered(sizes: &[usize], element: &dyn Fn(&[usize]) -> f32) -> Vec<f32> {
    let count = sizes.iter().product();
    let mut place = vec![0; sizes.len()];
    (0..count)
        .map(|number: usize| {
            let mut rest = number;
            for (own, size) in place.iter_mut().zip(sizes).rev() {
                *own = rest % size;
                rest /= size;
            }
            element(&place)
        })
        .collect()
}

/// The elements in row-major order for writing, or `None` as above. Memory that another tensor shares is copied first.
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

/// Whether every axis longer than one has the row-major stride, and the last element is where it then must be. The
/// tensor must have elements. Every address is looked up in the `Vec` itself, so this does not rely on dfdx's offsets and
/// strides.
fn is_contiguous<S: Shape, T>(tensor: &Tensor<S, f32, Device, T>) -> bool {
    let shape = *dfdx::shapes::HasShape::shape(tensor);
    let (sizes, strides) = (shape.concrete(), shape.strides());
    let axis = |axis: usize| (sizes[axis], strides[axis]);
    is_row_major(S::NUM_DIMS, &axis, &|place: &Index<'_>| {
        let mut index: S::Concrete = Default::default();
        (0..S::NUM_DIMS).for_each(|axis| index[axis] = place(axis));
        &raw const tensor[index]
    })
}

/// The place of an element along each axis.
type Index<'a> = dyn Fn(usize) -> usize + 'a;

/// The same for any shape, from the number of axes, the size and the row-major stride of each, and the address of an element.
fn is_row_major(
    axes: usize,
    axis: &dyn Fn(usize) -> (usize, usize),
    address: &dyn Fn(&Index<'_>) -> *const f32,
) -> bool {
    let first = address(&|_| 0);
    let is_at = |element: &Index<'_>, place: usize| {
        address(element).addr().wrapping_sub(first.addr()) == place * size_of::<f32>()
    };
    let has_stride = |own: usize| {
        let (size, stride) = axis(own);
        size <= 1 || is_at(&|axis| usize::from(axis == own), stride)
    };
    let last: usize = (0..axes).map(|own| axis(own).0).product::<usize>() - 1;
    (0..axes).all(has_stride) && is_at(&|own| axis(own).0 - 1, last)
}

/// Miri cannot run these, since it needs nightly Rust, with which dfdx 0.13 does not compile. Instead, every new slice is
/// checked against dfdx's own bounds-checked indexing.
#[cfg(test)]
mod tests {
    use dfdx::prelude::*;

    use super::{as_mut_slice, as_slice, in_rows};
    use crate::tensor::Device;

    fn numbers() -> Tensor<(usize, Const<3>), f32, Device> {
        Device::default().tensor_from_vec(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], (2, Const))
    }

    #[test]
    fn what_is_in_order_is_read_and_written_in_place() {
        let mut x = numbers();
        assert_eq!(as_slice(&x), Some(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..]));
        as_mut_slice(&mut x).expect("in order")[5] = 7.0;
        assert_eq!(x.as_vec(), [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]);
        let number: Tensor<(), f32, Device> = Device::default().tensor(8.0);
        assert_eq!(as_slice(&number), Some(&[8.0][..]));
    }

    #[test]
    fn shared_memory_is_copied_before_it_is_written() {
        let first = numbers();
        let mut second = first.clone();
        as_mut_slice(&mut second).expect("in order").fill(0.0);
        assert_eq!(first.as_vec(), numbers().as_vec());
        assert_eq!(second.as_vec(), [0.0; 6]);
    }

    #[test]
    fn what_is_not_in_order_is_refused() {
        let mut turned = numbers().permute::<(Const<3>, usize), Axes2<1, 0>>();
        assert!(as_slice(&turned).is_none() && as_mut_slice(&mut turned).is_none());
        assert_eq!(in_rows(&turned), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let lane: Tensor<Rank1<3>, f32, Device> = Device::default().tensor([1.0, 2.0, 3.0]);
        let mut wide = lane.broadcast_like::<Rank2<2, 3>, Axis<0>>(&Default::default());
        assert!(as_slice(&wide).is_none() && as_mut_slice(&mut wide).is_none());
        assert_eq!(in_rows(&wide), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
        let column: Tensor<Rank2<1, 3>, f32, Device> = Device::default().zeros();
        let column = column.permute::<Rank2<3, 1>, Axes2<1, 0>>();
        assert_eq!(as_slice(&column), Some(&[0.0; 3][..]));
    }

    #[test]
    fn nothing_is_an_empty_slice() {
        let mut none: Tensor<(usize, Const<3>), f32, Device> =
            Device::default().zeros_like(&(0, Const));
        assert_eq!(as_slice(&none), Some(&[][..]));
        assert_eq!(as_mut_slice(&mut none), Some(&mut [][..]));
    }
}
